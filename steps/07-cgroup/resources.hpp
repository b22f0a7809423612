#pragma once

// Lesson 07: resources. From the core to its details.
// clang-format off
#include "07-cgroup/cgroup.hpp"                   // the core: mkdir, limits, being born in it
#include "07-cgroup/options.hpp"                  // the command line's part of it
#include "07-cgroup/layout.hpp"                   // v2, v1 or both
#include "07-cgroup/site.hpp"                     // where it lies
#include "07-cgroup/delegation.hpp"               // who hands controllers on to whom
#include "07-cgroup/v1.hpp"                       // what is different there
#include "07-cgroup/controllers/controllers.hpp"  // memory, CPUs, processes, disks, …
#include "07-cgroup/device_filter.hpp"            // which devices may be opened
#include "07-cgroup/cgroup_mounts.hpp"            // what of it can be seen inside
#include "07-cgroup/freezer.hpp"                  // stopping all at once
#include "07-cgroup/commands.hpp"                 // pause resume update
#include "07-cgroup/removal.hpp"                  // its end
// clang-format on
