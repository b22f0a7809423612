#pragma once

#include "07-cgroup/site.hpp"

/// Lesson 07: the cgroup of a container that runs already, for `exec`.
namespace lockstep::cgroup {

/// The folders that were noted when it was made. Where it has since handed controllers on, as systemd
/// in a container does, its own folder of v2 may have no processes: then that of its first process,
/// further down.
Folders folders_to_rejoin(const std::vector<Note>& notes, pid_t container);

}  // namespace lockstep::cgroup
