#pragma once

#include "tests/lessons/check.hpp"

namespace lockstep::lessons {

/// Lesson 04's details: bundles, create, start, state, --rm.
std::vector<Check> lifecycle_checks();

}  // namespace lockstep::lessons
