#pragma once

#include <cerrno>
#include <string>
#include <vector>

namespace lockstep::testing {

/// A system call that an older kernel doesn't have (ENOSYS), or a sandbox doesn't let through
/// (EPERM). "setns" is denied only where several namespaces are to be joined at once, and with
/// EINVAL: that is what a kernel before 5.8 knows nothing of.
struct Denied {
  std::string name;
  int code = ENOSYS;
};

/// From now on, for this process and all that it starts, these calls fail. Checks that they do.
/// See: seccomp(2)
void deny_calls(const std::vector<Denied>& calls);

}  // namespace lockstep::testing
