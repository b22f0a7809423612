#pragma once

// Lesson 04: images. From the core to its details.
// clang-format off
#include "04-overlay/overlay.hpp"           // the core: read-only layers, one writable
#include "04-overlay/diff.hpp"              // what a container has changed
#include "04-overlay/changes_commands.hpp"  // diff commit
// clang-format on
