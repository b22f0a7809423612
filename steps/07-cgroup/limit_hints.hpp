#pragma once

#include <string>

#include "07-cgroup/folder.hpp"

/// Lesson 07: the causes behind the errnos of a cgroup's files.
namespace lockstep::cgroup {

/// Why `file` could not be opened or written.
std::string limit_hint(const Folder& folder, const std::string& file, int code);

/// Why a container has none.
constexpr const char* kNoCgroupHint =
    "it was made with --cgroup-manager disabled, or without the power to make one: run it as root, "
    "or "
    "with `systemd-run --user --scope -p Delegate=yes …`";

/// How one comes to a cgroup of one's own.
std::string power_hint();

}  // namespace lockstep::cgroup
