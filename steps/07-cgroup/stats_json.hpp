#pragma once

#include <string>

#include "07-cgroup/counters/counters.hpp"

namespace lockstep::cgroup {

/// The counters in the structure, and with the names, of runc's `events --stats`. What isn't counted
/// is left out.
std::string to_json(const Counters& counters);
std::string to_json(const Pressure& pressure);

}  // namespace lockstep::cgroup
