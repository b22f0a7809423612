#pragma once

#include "tests/lessons/check.hpp"

/// Lesson 02's details, by subject.
namespace lockstep::lessons {

std::vector<Check> foreground_checks();  // signals, --init, --pid-file, IDs
std::vector<Check> exec_checks();
std::vector<Check> list_checks();   // list, ps
std::vector<Check> kill_checks();   // kill, delete
std::vector<Check> crash_checks();  // runtimes that are killed, or are two at once

}  // namespace lockstep::lessons
