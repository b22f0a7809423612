#pragma once

// Lesson 08: privileges. From the core to its details.
// clang-format off
#include "08-capabilities/capabilities.hpp"  // the core: giving up what root may do
#include "08-capabilities/sets.hpp"          // which capabilities, and what of them can be had
#include "08-capabilities/rlimits.hpp"       // limits of one process
#include "08-capabilities/scheduling.hpp"    // when its turn is, and on which processors
#include "08-capabilities/sysctls.hpp"       // settings of its namespaces
#include "08-capabilities/labels.hpp"        // AppArmor, SELinux
#include "08-capabilities/options.hpp"       // the command line's part of it
#include "08-capabilities/privileged.hpp"    // all of it back
#include "08-capabilities/prepare.hpp"       // what of it this machine can do
// clang-format on
