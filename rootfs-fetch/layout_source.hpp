#pragma once

#include <memory>
#include <string>

#include "rootfs-fetch/source.hpp"

namespace lockstep::fetch {

/// Another OCI image layout: `oci:DIR`. Throws Error if the folder is none.
std::unique_ptr<Source> open_layout(const std::string& folder);

}  // namespace lockstep::fetch
