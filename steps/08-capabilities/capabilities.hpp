#pragma once

#include "common/oci/config.hpp"

/// Lesson 08: root without root's powers.
namespace lockstep::caps {

/// Inside, before the user switch: gives up for good what `process.capabilities.bounding` doesn't name.
/// For a process that won't be root, keeps the rest over the change of users.
///
/// Order: before user_.become: to drop from the bounding set takes CAP_SETPCAP, a power like the others.
/// After all that takes powers inside (mounts, names, the terminal).
/// Break it: leave it out, and `grep CapBnd /proc/self/status` inside is all ones: `execve` of any
/// program, as root, wins everything back.
/// Throws SysError, EPERM where this process may not give up what it has.
/// See: capabilities(7), "Capability bounding set"
void set_bounds(const oci::Process& process);

/// Inside, after the user switch: the effective, permitted, inheritable and ambient sets of
/// `process.capabilities`, as far as they can be had (sets.hpp); then `process.noNewPrivileges`.
///
/// Order: after the change of groups and users, which takes CAP_SETGID and CAP_SETUID; the ambient set
/// after the two that it must be part of. What needs powers comes before.
/// Break it: call it before user_.become, with --cap-drop ALL: "setgroups: EPERM".
/// See: capabilities(7), capset(2), prctl(2); the kernel's userspace-api/no_new_privs.rst
void set_capabilities(const oci::Process& process);

}  // namespace lockstep::caps
