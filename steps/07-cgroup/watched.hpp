#pragma once

#include <string>

#include "02-pid/state.hpp"
#include "07-cgroup/folder.hpp"

/// Lesson 07: a container that is looked at while it runs.
namespace lockstep::cgroup {

struct Watched {
  pid::Record record;
  Fd process;       // its first one's pidfd
  Folders folders;  // of its cgroup; empty if it has none of its own

  bool has_ended() const;
};

/// Throws Error if there is no such container, or if it has ended.
Watched watched(const std::string& id);

/// Throws Error, with the way out, if it has no cgroup of its own.
void need_cgroup(const Watched& container);

}  // namespace lockstep::cgroup
