#pragma once

#include <string>

#include "07-cgroup/folder.hpp"

/// Lesson 07: the causes behind the errnos of a cgroup's files.
namespace lockstep::cgroup {

/// Why `file` could not be opened or written.
std::string limit_hint(const Folder& folder, const std::string& file, int code);

/// How one comes to a cgroup of one's own.
std::string power_hint();

}  // namespace lockstep::cgroup
