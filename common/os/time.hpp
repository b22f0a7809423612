#pragma once

#include <chrono>
#include <string>

namespace lockstep {

/// "2026-11-21T20:51:11Z": RFC 3339, UTC. Without gmtime(3), which would read the time zone's file.
std::string rfc3339(std::chrono::sys_seconds time);
/// "2026-11-21T20:51:11.123456789Z"
std::string rfc3339(std::chrono::sys_time<std::chrono::nanoseconds> time);

}  // namespace lockstep
