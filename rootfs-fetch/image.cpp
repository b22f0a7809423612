#include "rootfs-fetch/image.hpp"

#include <unistd.h>

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {

Image load_verified(const images::Store& store, const std::string& name,
                    const images::Descriptor& descriptor) {
  std::vector<std::string> texts;
  images::Image loaded =
      images::load_image(name, descriptor, [&](const images::Descriptor& document) {
        return texts.emplace_back(read_verified(store, document));
      });
  return {std::move(loaded), texts[0], texts[1]};
}

Image find_verified(const std::optional<images::Store>& store, const std::string& name) {
  std::string there;
  for (const images::IndexEntry& entry :
       store ? store->entries() : std::vector<images::IndexEntry>()) {
    if (entry.name == name) return load_verified(*store, name, entry.descriptor);
    if (entry.name) there += (there.empty() ? "" : ", ") + images::quoted_briefly(*entry.name);
  }
  throw Error(fmt::format("no image {} in the store {}", images::quoted_briefly(name),
                          images::store_folder()),
              there.empty() ? "the store is empty: `rootfs-fetch busybox` makes the embedded image"
                            : "it has " + there);
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace lockstep::fetch
