#pragma once

// Lesson 06: users of the container's own. From the core to its details.
// clang-format off
#include "06-user/user_namespace.hpp"   // the core: a user namespace, its maps, and being its root
#include "06-user/options.hpp"          // the command line's part of it
#include "06-user/maps.hpp"             // which ids it has, and who they are outside
#include "06-user/idmapped_mounts.hpp"  // the host's files, for users who aren't the host's
#include "06-user/user_switch.hpp"      // from root to the user that was asked for
#include "common/users/subids.hpp"      // where ids come from that nobody uses
#include "common/os/borrowed_root.hpp"  // which is over: its own namespace takes its place
// clang-format on
