#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

/// Lesson 07: a cgroup and those below it, which the container may have made.
namespace lockstep::cgroup {

/// The names of the cgroups in a cgroup's folder; none if it is gone.
std::vector<std::string> folders_in(const std::string& folder);

/// The processes in it and in all below it, as this PID namespace numbers them.
std::vector<pid_t> processes_below(const std::string& folder);

/// Removes a cgroup without others below it; nothing if it is gone. False if processes, or other
/// cgroups, are in the way. Throws SysError for any other reason.
bool remove_empty(const std::string& folder);

/// Removes it, and all below it first. False if processes are still in the way.
/// Throws SysError for any other reason.
bool remove_tree(const std::string& folder);

}  // namespace lockstep::cgroup
