#pragma once

#include <poll.h>

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

  /// What to wait on.
  std::vector<pollfd> watched() const;
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
};

}  // namespace lockstep::cgroup
