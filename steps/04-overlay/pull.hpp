#pragma once

#include <cstdint>
#include <string>

#include "common/images/image.hpp"

namespace lockstep::overlay {

/// `--pull`: when an image is got from its registry.
enum class Pull : uint8_t { kMissing, kAlways, kNever };
/// "missing", "always", "never". Throws UsageError.
Pull pull_from(const std::string& text);

/// The image called `name`, by whatever names find_image knows it, after rootfs-fetch has got it
/// where that is wanted; from an archive, a layout or a folder each time. Throws Error.
images::Image get_image(const std::string& name, Pull pull);

}  // namespace lockstep::overlay
