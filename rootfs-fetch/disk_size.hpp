#pragma once

#include <cstdint>

#include "common/os/fd.hpp"

namespace lockstep::fetch {

/// What all below the folder takes on the disk, in bytes; a file with several names counts once.
/// What this process may not look at counts nothing.
int64_t disk_size(const Fd& folder);

}  // namespace lockstep::fetch
