#pragma once

// Lesson 04: images. From the core to its details.
// clang-format off
#include "04-overlay/overlay.hpp"  // the core: read-only layers, one writable
// clang-format on
