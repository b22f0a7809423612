#pragma once

#include "07-cgroup/site.hpp"

/// Lesson 07: the cgroup of a container that runs already, for `exec`.
namespace lockstep::cgroup {

/// The folders that were noted when it was made. Where it has since handed controllers on, as systemd
/// in a container does, its own folder of v2 may have no processes: then that of its first process,
/// further down.
Folders folders_to_rejoin(const std::vector<Note>& notes, pid_t container);

/// Those below them that `exec --cgroup` names: "/a" in each hierarchy, "memory,pids:/a" in those of
/// these controllers ("unified": version 2's), in the others the container's own; the last that names a
/// hierarchy counts. Throws Error if one isn't there.
Folders folders_below(const std::vector<Note>& notes, const std::vector<std::string>& cgroups);

}  // namespace lockstep::cgroup
