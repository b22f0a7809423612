#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/lessons/container.hpp"

/// Cgroups as the host sees them, whichever version there is.
namespace lockstep::lessons {

/// The cgroup of a process in each hierarchy, by its controllers ("cpu,cpuacct"; version 2's: "").
using Membership = std::map<std::string, std::string>;
Membership cgroups_of(pid_t pid);

/// The folder of a process's cgroup in the hierarchy that has `controller`; nothing if it can't be
/// seen here.
std::optional<std::string> cgroup_folder(pid_t pid, const std::string& controller);

/// Throws CannotTell unless whoever runs the grader may make a cgroup with this controller.
void needs_controller(const std::string& controller);

/// Throws Mismatch unless the container is in another cgroup than the grader, wherever it can be;
/// the folder in the hierarchy with `controller`.
std::string own_folder(const Container& container, const std::string& controller);

/// A setting's text without the line's end; the first of `files` that there is. Empty if none is.
std::string setting(const std::string& folder, const std::vector<std::string>& files);

/// Whether the folder goes away, now or soon.
bool disappears(const std::string& folder);

}  // namespace lockstep::lessons
