#pragma once

// Lesson 03: files of the container's own. container.cpp tells what is done when; begin there, then
// read rootfs.cpp. "Without root" in these files is a runtime in a user namespace: common/ borrows
// root there (borrowed_root.hpp), lesson 06 makes one for each container.
// clang-format off
#include "03-mount/options.hpp"   // the command line's part of it
#include "03-mount/rootfs.hpp"    // the core: a mount namespace, a new root, the old one gone
#include "03-mount/mounts.hpp"    // what is mounted in it: /proc, /dev, /sys, volumes
#include "03-mount/devices.hpp"   // the few device nodes that every program expects
#include "03-mount/terminal.hpp"  // a terminal of its own, /dev/console
#include "03-mount/masks.hpp"     // what of /proc and /sys must not be seen or written
#include "03-mount/relay.hpp"     // the runtime, between that terminal and the caller's
// clang-format on
