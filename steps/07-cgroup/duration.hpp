#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace lockstep::cgroup {

/// "500ms", "5s", "1m30s", "0.5h": as Go writes a duration, and so as runc takes one. Nothing for
/// anything else, nor for one of less than a millisecond or of more than a day.
std::optional<std::chrono::milliseconds> parse_duration(const std::string& text);

}  // namespace lockstep::cgroup
