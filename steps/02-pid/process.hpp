#pragma once

// Lesson 02: processes of the container's own. From the core to its details.
// clang-format off
#include "02-pid/pid.hpp"       // the core: a container that runs, and can be found again
#include "02-pid/state.hpp"     // what is known of it while nobody holds it
#include "02-pid/signals.hpp"   // passing signals on
#include "02-pid/init.hpp"      // a small PID 1
#include "02-pid/ipc.hpp"       // System V IPC and message queues
#include "02-pid/exec.hpp"      // another process in it
#include "02-pid/undo.hpp"      // clearing away what it leaves
#include "02-pid/commands.hpp"  // run exec list ps kill delete
// clang-format on
