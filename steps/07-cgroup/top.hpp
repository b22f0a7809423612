#pragma once

#include <cstdint>
#include <string>

/// Lesson 07: a container's processes among the host's.
namespace lockstep::cgroup {

/// Clock ticks as ps writes a time: "00:01:05", with "2-" before it for days.
std::string cpu_time(uint64_t ticks, long ticks_per_second);

}  // namespace lockstep::cgroup
