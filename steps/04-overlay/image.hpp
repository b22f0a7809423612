#pragma once

// Lesson 04: images. From the core to its details.
// clang-format off
#include "04-overlay/overlay.hpp"    // the core: read-only layers, one writable
#include "04-overlay/bundle.hpp"     // a config.json and a rootfs
#include "04-overlay/lifecycle.hpp"  // creating → created → running → stopped
#include "04-overlay/commands.hpp"   // run create start state spec rm
// clang-format on
