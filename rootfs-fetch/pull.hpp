#pragma once

#include <optional>
#include <string>

#include "common/images/platform.hpp"
#include "common/images/reference.hpp"
#include "rootfs-fetch/registry/settings.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {

struct PullOptions {
  Settings settings;
  std::optional<images::Platform> platform;  // this machine's, if none is given
  uint64_t max_size = SizeLimit::kDefault;
  bool keep_blobs = true;
  bool show_progress = true;
  std::string name{};      // in the store; empty: the reference's own
  std::string expected{};  // the only manifest in the store that is welcome, by its digest
};

/// What a pull has done.
struct Pulled {
  std::string name;             // in the store
  images::Descriptor manifest;  // in the store
  std::string digest;           // of the manifest that the registry has
  std::string platform;
  int64_t size = 0;
  size_t layers = 0;
  size_t fetched = 0;  // of the layers
  bool changed = false;
};

/// Gets an image from its registry into the store: several layers at once, each unpacked while it
/// comes. The store isn't locked meanwhile, and has the image when all of it was verified; of what is
/// killed the next pull of the same layers makes use. Nothing but the manifest is asked for again.
/// Throws Error.
Pulled pull(const images::Reference& reference, const PullOptions& options);

}  // namespace lockstep::fetch
