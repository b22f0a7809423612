#pragma once

#include <poll.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "07-cgroup/folder.hpp"

/// Lesson 07: being told when a cgroup's memory gets short, before it is out.
///
/// Version 2 measures for how long processes have to wait for memory (PSI, pressure stall information);
/// a trigger written to memory.pressure tells when that is too long. Version 1 tells how hard it is to
/// take memory back (memory.pressure_level).
/// See: the kernel's accounting/psi.rst; cgroup-v1/memory.rst, "Memory Pressure"
namespace lockstep::cgroup {

class PressureWatch {
 public:
  /// `folders` has to outlive it. Says in one line why, if nothing can be watched.
  explicit PressureWatch(const Folders& folders);

  /// What to wait on. Nothing for a while after there was news: a cgroup at its limit is short of
  /// memory thousands of times a second.
  std::vector<pollfd> watched() const;
  /// How long that while is from now on; 0 if it is over.
  std::chrono::milliseconds pause() const;
  /// After that (`waited` is what poll made of it): what there is to tell, as JSON; nothing if there
  /// is no news. Version 1: {"level":"medium"}, or "critical". Version 2: {"psi":{…}}, the averages.
  std::optional<std::string> news(const std::vector<pollfd>& waited);

 private:
  void watch_levels();
  void set_trigger();
  std::optional<std::string> level();
  std::optional<std::string> stalls(short happened);

  const Folders& folders_;
  const Folder* v1_ = nullptr;
  Fd trigger_;
  Fd medium_;
  Fd critical_;
  std::chrono::steady_clock::time_point pause_until_;
};

}  // namespace lockstep::cgroup
