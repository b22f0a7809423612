#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::testing {

enum class FaultKind : uint8_t {
  kNone,
  kKillRuntime,  // SIGKILL of the command itself, whosever the call is
  kKillCaller,   // of the process whose call it is
  kError,  // the call isn't done, and fails (close alone is done, too: in the kernel it always is)
};

/// What is done to a command, and when: at the entry to a system call of one of its processes. These are the command
/// itself, "0", and its children and theirs, "0.1", "0.2", "0.2.1", …, until they execute a program other than the
/// command's.
struct Fault {
  FaultKind kind = FaultKind::kNone;
  std::string process = "0";
  unsigned call = 1;  // the first that the fault suits from here on, in steps of `stride`
  unsigned stride = 1;
  std::vector<int> codes = {0};  // the errnos of kError, by turns
};

struct Outcome {
  bool reached = false;  // whether there was such a call
  unsigned call = 0;     // which one it was
  std::string name;
  int code = 0;    // the errno
  int status = 0;  // as a shell has it
  bool hung = false;
  std::string out, err;
  std::vector<std::string> processes;  // all that were seen
  unsigned calls = 0;                  // and all of theirs together
};

using Words = std::vector<std::string>;

/// Runs `command` with nothing to read and that fault. What of it lives on when the command has ended is let go.
Outcome run_with(const Fault& fault, const Words& command);

}  // namespace lockstep::testing
