#pragma once

#include "07-cgroup/folder.hpp"

/// Lesson 07: stopping all processes of a container at once, without a signal that they could see.
/// v2: "1" in cgroup.freeze; v1: "FROZEN" in its own controller's freezer.state.
/// See: the kernel's cgroup-v2.rst, "cgroup.freeze"; cgroup-v1/freezer-subsystem.rst
namespace lockstep::cgroup {

/// Whether these cgroups can be frozen at all.
bool has_freezer(const Folders& folders);

/// Freezes, and waits until the last process has stopped.
/// Throws Error if there is no freezer, or if one of them hangs in the kernel; then none is frozen.
void freeze(const Folders& folders);

/// Lets them go on. Does nothing where there is no freezer.
/// Order: before they are killed: what v1 has frozen can't even die.
void thaw(const Folders& folders);

/// Whether somebody has frozen it (or is about to).
bool is_frozen(const Folders& folders);

}  // namespace lockstep::cgroup
