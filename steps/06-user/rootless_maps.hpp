#pragma once

#include <sys/types.h>

#include "common/oci/config.hpp"

/// Lesson 06: the maps of an ordinary user's container.
namespace lockstep::usr {

/// Writes them (common/users/newuidmap.hpp), and says so where one's own id is all there is. False,
/// with nothing written, for root, also if it was borrowed in a namespace (05's, of a user's
/// bridges): then `config` gets the numbers of that.
/// Throws Error.
bool write_maps_without_root(oci::Config& config, pid_t pid);

}  // namespace lockstep::usr
