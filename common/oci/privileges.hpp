#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What `process` of the runtime-spec says about privileges and about its share of the machine, as far
/// as that isn't a cgroup's. See: config.md, "Linux Process", "POSIX process"
namespace lockstep::oci {

/// `process.capabilities`: masks, bit N being the capability N.
struct Capabilities {
  uint64_t bounding = 0;
  uint64_t effective = 0;
  uint64_t permitted = 0;
  uint64_t inheritable = 0;
  uint64_t ambient = 0;

  bool operator==(const Capabilities&) const = default;
};

/// One of `process.rlimits`. UINT64_MAX is no limit.
struct ResourceLimit {
  std::string type;  // "RLIMIT_NOFILE"
  uint64_t soft = 0;
  uint64_t hard = 0;
};

/// `process.scheduler`.
struct Scheduler {
  std::string policy;  // "SCHED_BATCH"
  std::vector<std::string> flags;
  int nice = 0;
  unsigned priority = 0;
  uint64_t runtime = 0;  // nanoseconds, as the two below
  uint64_t deadline = 0;
  uint64_t period = 0;
};

/// `process.ioPriority`.
struct IoPriority {
  std::string io_class;  // "IOPRIO_CLASS_BE"
  int priority = 0;      // 0 (first) to 7
};

/// `process.execCPUAffinity`: lists such as "0-3,7".
struct CpuAffinity {
  std::string before_cgroup;  // "initial"
  std::string in_cgroup;      // "final"
};

struct Process;

/// What `exec` gives its process: all of this that the container's own has, and what `process` was
/// given beyond that.
void add_privileges(Process& process, const Process& of_the_container);

}  // namespace lockstep::oci
