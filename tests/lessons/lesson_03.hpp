#pragma once

#include "tests/lessons/check.hpp"

/// Lesson 03's details, by subject.
namespace lockstep::lessons {

std::vector<Check> device_checks();       // /dev, /sys, masks
std::vector<Check> volume_checks();       // --volume, --mount
std::vector<Check> propagation_checks();  // what is mounted below a volume
std::vector<Check> memory_checks();       // --tmpfs, --read-only
std::vector<Check> hostile_checks();      // a rootfs that leads elsewhere
std::vector<Check> process_checks();      // --workdir, --env, umask, exec
std::vector<Check> terminal_checks();     // --tty

}  // namespace lockstep::lessons
