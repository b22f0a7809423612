#pragma once

#include <string>
#include <vector>

/// Lesson 07: a container's processes among the host's.
namespace lockstep::cgroup {

/// Of what ps(1) printed the heading, and the lines of these processes.
/// Throws Error if no column is called PID, or if a line has no number there.
std::string lines_of(const std::string& printed, const std::vector<int>& pids);

/// Clock ticks as ps writes a time: "00:01:05", with "2-" before it for days.
std::string cpu_time(uint64_t ticks, long ticks_per_second);

}  // namespace lockstep::cgroup
