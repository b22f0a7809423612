#pragma once

// Lesson 04: images. From the core to its details.
// clang-format off
#include "04-overlay/options.hpp"         // the command line's part of it: IMAGE, --entrypoint
#include "04-overlay/overlay.hpp"         // the core: read-only layers, one writable
#include "04-overlay/sandbox.hpp"         // the writable one's folder in the store, and its end
#include "04-overlay/images_command.hpp"  // images
#include "04-overlay/diff.hpp"            // what a container has changed
#include "04-overlay/changes_commands.hpp"  // diff commit
#include "04-overlay/bundle.hpp"          // a config.json and a rootfs
#include "04-overlay/lifecycle.hpp"       // creating → created → running → stopped
#include "04-overlay/commands.hpp"        // run create start state spec rm
// clang-format on
