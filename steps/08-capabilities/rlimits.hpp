#pragma once

#include <sys/types.h>

#include "common/oci/config.hpp"

/// Lesson 08: limits of a process's own, older than cgroups: how many files it may have open, how large
/// a stack.
namespace lockstep::caps {

/// With the host's power, early: raises the hard limits of the process `pid` (0: the caller) that
/// `process.rlimits` wants higher. To raise one takes CAP_SYS_RESOURCE on the host, which no container's
/// root has.
/// Throws SysError, EPERM, if the caller hasn't got it either.
void raise_hard_limits(const oci::Process& process, pid_t pid);

/// Inside: the limits themselves.
/// Order: last, for they hold for this program's own last steps, too; before --init, so that it can't
/// have more than what it starts.
/// See: getrlimit(2)
void set_limits(const oci::Process& process);

}  // namespace lockstep::caps
