#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace lockstep::testing {

/// Where a traced process has stopped.
struct CallStop {
  bool entry = false;
  uint64_t number = 0;  // of the call, at its entry
};

/// Of a process that PTRACE_SYSCALL has stopped.
CallStop call_stop(pid_t pid);

/// At a call's entry: the kernel won't do it. What it seems to have returned is said at its end.
void skip_call(pid_t pid);

/// At a call's end: it seems to have failed with `code`.
void fail_call(pid_t pid, int code);

/// "openat"; "call 1234" if this machine's headers don't know it.
std::string call_name(uint64_t number);

}  // namespace lockstep::testing
