#pragma once

#include "tests/lessons/check.hpp"
#include "tests/lessons/step.hpp"

namespace lockstep::lessons {

/// Networks by name, published ports, /etc/hosts.
std::vector<Check> network_checks();

}  // namespace lockstep::lessons
