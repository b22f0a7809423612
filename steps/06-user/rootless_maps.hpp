#pragma once

#include <sys/types.h>

#include "common/oci/config.hpp"

/// Lesson 06: the maps of an ordinary user's container.
namespace lockstep::usr {

/// Writes them (common/users/newuidmap.hpp), and says so where one's own id is all there is. False,
/// with nothing done, for root.
/// Throws Error.
bool write_maps_without_root(const oci::Config& config, pid_t pid);

}  // namespace lockstep::usr
