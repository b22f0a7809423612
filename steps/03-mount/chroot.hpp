#pragma once

#include "common/os/fd.hpp"

/// Lesson 03: when the runtime itself is in a chroot (a rescue system, a build machine, an
/// installer).
///
/// There "/" is a folder somewhere in a mount, not a mount: neither its propagation can be set nor
/// can pivot_root(2) put it away (both EINVAL). But setns(2) with the own mount namespace makes the
/// namespace's first mount the root again: a chroot holds nobody who may do that. (Lesson 03's
/// other way out of a chroot is in docs/lessons/03-mount.md.)
namespace lockstep::mnt {

/// Steps out of the chroot; the working directory stays the same folder. Returns the way back, or
/// nothing if there was no chroot, as a rule.
Fd leave_chroot();

/// Back into it: there all names mean what the caller means by them.
void return_to_chroot(const Fd& way_back);

}  // namespace lockstep::mnt
