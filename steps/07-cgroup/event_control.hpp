#pragma once

#include <string>

#include "07-cgroup/folder.hpp"

namespace lockstep::cgroup {

/// Version 1: an eventfd that the kernel adds 1 to whenever `file` ("memory.oom_control") has news, and
/// once more when the cgroup is removed. `about` is what kind of news, where there are several
/// ("medium").
/// See: the kernel's cgroup-v1/cgroups.rst, "Notification API"
Fd event_of(const Folder& folder, const std::string& file, const std::string& about);

}  // namespace lockstep::cgroup
