#pragma once

#include "07-cgroup/folder.hpp"
#include "common/oci/config.hpp"

/// Lesson 07: a cgroup that the container may divide among cgroups of its own.
namespace lockstep::cgroup {

/// Gives version 2's folder, and the files that cgroups(7) names for delegation, to the user of the
/// container's process, if the container has a cgroup namespace and /sys/fs/cgroup writable. The
/// limits stay the runtime's. (Version 1's can't be handed on safely.)
/// See: config-linux.md, "Cgroup ownership"; cgroups(7), "Cgroups delegation"
void hand_over(const oci::Config& config, const Folders& folders);

}  // namespace lockstep::cgroup
