#pragma once

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/support/in_child.hpp"

namespace lockstep::testing {

constexpr uid_t kSomebody = 61234;  // an ordinary user: no account is needed to be one

/// Becomes an ordinary user for good, if this is root. To be called in a child.
inline void become_somebody() {
  if (::geteuid() != 0) return;
  if (::setgroups(0, nullptr) != 0 || ::setgid(kSomebody) != 0 || ::setuid(kSomebody) != 0) {
    throw SysError(errno, fmt::format("setuid({})", kSomebody));
  }
  // As after an execve: or /proc/self would still be root's.
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

/// Why ordinary users can't make user namespaces on this machine; "" if they can.
inline std::string why_no_user_namespace() {
  return in_child([] {
    become_somebody();
    return std::string(::unshare(CLONE_NEWUSER) == 0 ? ""
                                                     : "an ordinary user can't make a user "
                                                       "namespace here: " +
                                                           errno_words(errno));
  });
}

}  // namespace lockstep::testing
