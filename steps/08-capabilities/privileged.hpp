#pragma once

#include "common/oci/config.hpp"

/// Lesson 08: `--privileged`, docker's way to undo most of the ladder.
namespace lockstep::caps {

/// All capabilities, all of the host's devices, no masks, /sys and /sys/fs/cgroup writable, no label. In
/// a user namespace of the container's own these are powers over what is the container's: that is said
/// in one line.
/// Order: when all other options have been taken.
void make_privileged(oci::Config& config);

}  // namespace lockstep::caps
