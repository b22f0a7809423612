#pragma once

#include <string>
#include <utility>
#include <vector>

#include "07-cgroup/layout.hpp"

/// Lesson 07: when the kernel ends a process because its cgroup has no memory left (OOM, out of memory).
namespace lockstep::cgroup {

/// Whether that has happened in the cgroup, of which these are the folders, and what to do; else empty.
std::string oom_words(const std::vector<std::pair<Hierarchy, std::string>>& folders);

}  // namespace lockstep::cgroup
