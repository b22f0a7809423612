#pragma once

#include <sys/types.h>

#include "common/oci/config.hpp"

/// Lesson 08: when its turn is: processor, disk, and in the queue for the out-of-memory killer.
namespace lockstep::caps {

/// With the host's power: `process.scheduler`, `ioPriority`, `oomScoreAdj`, and the hard limits
/// (rlimits.hpp), of the process `pid`; 0 is the caller.
/// Order: before it is in the container: better than ordinary takes CAP_SYS_NICE or CAP_SYS_RESOURCE on
/// the host, and /proc must be the host's, not one that somebody inside could have made.
/// See: sched_setattr(2), ioprio_set(2), proc(5), oom_score_adj
void give_priority(const oci::Process& process, pid_t pid);

/// On which CPUs, and as which kind of machine.
class Placement {
 public:
  explicit Placement(const oci::Config& config) : config_(config) {}

  /// On the host, for `exec`: to the CPUs of execCPUAffinity.initial, before anything is in the
  /// container's cgroup; the child goes where its parent is.
  void before_exec();

  /// The child, in its cgroup: of `exec`, to the CPUs of execCPUAffinity.final; `linux.memoryPolicy`;
  /// `linux.personality`.
  /// See: the runtime-spec's config.md, "execCPUAffinity"; set_mempolicy(2), personality(2)
  void settle() const;

 private:
  const oci::Config& config_;
  bool is_exec_ = false;
};

}  // namespace lockstep::caps
