#pragma once

#include <unistd.h>

#include "common/os/child.hpp"
#include "common/os/processes.hpp"

namespace lockstep::lessons {

/// A process of the host's, which no container may reach.
class Victim {
 public:
  Victim()
      : child_(Child::clone(0, [] {
          for (;;) ::pause();
        })) {}

  pid_t pid() const { return child_.pid(); }
  bool is_alive() const { return !sys::wait_for_end(child_.pidfd(), 0); }

 private:
  Child child_;
};

}  // namespace lockstep::lessons
