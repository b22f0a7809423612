#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lockstep::narration {

/// One system call, as strace recorded it or as the step told it.
struct Call {
  std::string name;
  std::string text;        // with its arguments
  std::string errno_name;  // "ENOENT", "" if it succeeded
  long result = 0;         // what it returned; -1 if it failed
  pid_t child = 0;         // whom it made, as strace's own PID namespace numbers it
};

/// Each process's calls in their order, by the number that it has on the host.
using Processes = std::map<pid_t, std::vector<Call>>;

/// How `step`'s first process ended, once it has.
std::optional<int> exit_status(const std::string& prefix, const std::string& step);

/// `strace` and its options for recording, into files PREFIX.PID, the calls that a step tells of.
std::vector<std::string> strace(const std::string& prefix);

/// What it recorded of `step`, a path, and of its children, each up to the user's program: all that
/// a step must tell. What it need not tell is left out, for the reasons that stand in calls.cpp.
Processes recorded(const std::string& prefix, const std::string& step);

/// What the step told, from `--explain=json`; other lines are put into `rest`.
Processes told(const std::string& json_lines, std::string& rest);

/// "" if both are the same: per process the same calls in the same order, with the same operands
/// and results. Else both lists around the first difference.
std::string difference(const Processes& recorded, const Processes& told);

}  // namespace lockstep::narration
