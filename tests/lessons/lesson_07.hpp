#pragma once

#include "tests/lessons/check.hpp"

/// Lesson 07's details, by subject.
namespace lockstep::lessons {

std::vector<Check> limit_checks();        // the CPUs, update, limits of a bundle, wrong ones
std::vector<Check> device_rule_checks();  // which devices can be opened
std::vector<Check> freezer_checks();      // pause and resume
std::vector<Check> removal_checks();      // what is left of a cgroup: nothing

}  // namespace lockstep::lessons
