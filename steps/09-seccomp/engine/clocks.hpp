#pragma once

#include "common/oci/config.hpp"

/// Lesson 09: the clocks that count from the machine's start. A time namespace adds an offset to them,
/// so that a container that is moved to another machine needn't see time go backwards. (What day it
/// is has no namespace.)
namespace lockstep::engine {

class Clocks {
 public:
  explicit Clocks(const oci::Config& config) : config_(config) {}

  /// On the host: throws Error for `linux.timeOffsets` without a time namespace that is new.
  void check() const;
  /// Inside, first of all: makes the namespace, sets its offsets, and goes there.
  ///
  /// Order: as long as nobody is in it, for later the offsets can't be set any more; and by the host's
  /// /proc. unshare(2) doesn't take the caller there, only whom it forks: that takes setns(2).
  /// Break it: write the offsets last: EACCES.
  /// See: time_namespaces(7)
  void set() const;

 private:
  const oci::Config& config_;
};

}  // namespace lockstep::engine
