#pragma once

#include <cstdint>

#include "07-cgroup/folder.hpp"

/// Lesson 07: being told when the kernel ends a process in a cgroup because it has no memory left.
///
/// Version 2 changes memory.events, which poll(2) tells of (POLLPRI). Version 1 adds to an eventfd
/// that was handed to it through cgroup.event_control.
/// See: the kernel's admin-guide/cgroup-v2.rst, "memory.events"; cgroup-v1/memory.rst, "OOM Control"
namespace lockstep::cgroup {

class OomWatch {
 public:
  /// `folders` has to outlive it. Watches nothing where there is no memory controller.
  explicit OomWatch(const Folders& folders);

  /// What to wait on, and for what (POLLIN, POLLPRI). No descriptor (-1) if nothing is watched.
  const Fd& fd() const { return fd_; }
  short events() const;
  /// Whether struck() has to be asked again soon: version 1 tells of it just before it happens.
  bool is_about_to() const { return tries_ > 0; }
  /// Whether a process was ended so since the last time.
  bool struck();

 private:
  uint64_t drain();

  const Folders& folders_;
  Fd fd_;
  bool v2_ = false;
  uint64_t kills_ = 0;
  int tries_ = 0;
};

}  // namespace lockstep::cgroup
