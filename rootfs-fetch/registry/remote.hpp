#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "common/images/platform.hpp"
#include "common/images/reference.hpp"
#include "rootfs-fetch/registry/registry.hpp"
#include "rootfs-fetch/registry/remote_image.hpp"
#include "rootfs-fetch/registry/settings.hpp"

namespace lockstep::fetch {

/// Where an image can be had: its registry's mirrors, then the registry.
class Remote {
 public:
  Remote(const images::Reference& reference, const Settings& settings);

  /// A manifest that is here already, by its digest.
  using Known = std::function<std::optional<std::string>(const std::string& digest)>;
  /// Finds the image, of an index the one for that platform. One request, or two. Throws what the
  /// registry itself answers.
  RemoteImage find(Http& http, const images::Platform& platform, const Known& known);

  /// The layer's blob from byte `from` on, from where the manifest came, or from elsewhere if it
  /// isn't there. For several threads. Throws TransferError.
  void blob(Http& http, const RemoteLayer& layer, uint64_t from,
            const Registry::Receiver& receiver);
  /// A document's whole text, verified.
  std::string document(Http& http, const images::Descriptor& descriptor);

 private:
  RemoteImage find_at(Registry& registry, Http& http, const images::Platform& platform,
                      const Known& known);

  const images::Reference reference_;
  std::vector<std::unique_ptr<Registry>> registries_;
  size_t found_at_ = 0;
};

}  // namespace lockstep::fetch
