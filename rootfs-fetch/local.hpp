#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/images/platform.hpp"
#include "common/images/reference.hpp"
#include "rootfs-fetch/image.hpp"

namespace lockstep::fetch {

/// Puts into the store what `oci:DIR[:NAME]`, `oci-archive:FILE[:NAME]`, `docker-archive:FILE[:NAME]`
/// or `dir:DIR` means: one image, which may unpack to `max_size` bytes, called `name`, or, where that is empty, as it is called there. A
/// folder is made into an image of one layer. Throws Error.
Image pull_local(const images::Reference& reference, const std::string& name,
                 const images::Platform& platform, uint64_t max_size);

/// Makes an image of a root file system: a folder, or a tar, which may be compressed; "-" is a tar
/// on standard input.
struct Import {
  std::string from;
  std::string name;
  images::Platform platform = images::own_platform();
  std::vector<std::string> changes{};  // a Dockerfile's lines
  std::string message{};
};
Image import_rootfs(const Import& wanted, uint64_t max_size);

}  // namespace lockstep::fetch
