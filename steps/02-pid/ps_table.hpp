#pragma once

#include <string>
#include <vector>

#include "02-pid/state.hpp"

/// Lesson 02: a container's processes among the host's.
namespace lockstep::pid {

/// As docker and runc have it: the host's ps(1), called with `options`, prints all processes, and only the
/// container's are kept. Throws Error if there is no ps, or it doesn't like the options.
std::string table_of_ps(const Record& record, const std::vector<std::string>& options);

/// Of what ps(1) printed the heading, and the lines of these processes.
/// Throws Error if no column is called PID, or if a line has no number there.
std::string lines_of(const std::string& printed, const std::vector<int>& pids);

}  // namespace lockstep::pid
