#pragma once

#include <sys/types.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "07-cgroup/folder.hpp"

/// Lesson 07: what the kernel counts of a container. Each controller's counters are read in one place,
/// from either version's files; what a container has no controller for is absent.
/// See: the kernel's admin-guide/cgroup-v2.rst and cgroup-v1/; proc(5), /proc/PID/net/dev
namespace lockstep::cgroup {

/// What version 2 calls "max". (Version 1 has a very large number of its own, which stays as it is.)
constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

/// PSI: the share of the time (percent, of the last so many seconds) in which some of the processes,
/// or all of them, had to wait; and how long that was in all (microseconds).
struct Stalls {
  double avg10 = 0;
  double avg60 = 0;
  double avg300 = 0;
  uint64_t total = 0;
};
struct Pressure {
  Stalls some;
  Stalls full;
};

struct CpuCounters {
  uint64_t total = 0;  // all times are in nanoseconds
  uint64_t user = 0;
  uint64_t kernel = 0;
  std::vector<uint64_t> each_cpu;  // version 1 only
  std::vector<uint64_t> each_cpu_user;
  std::vector<uint64_t> each_cpu_kernel;
  uint64_t periods = 0;
  uint64_t throttled_periods = 0;
  uint64_t throttled_time = 0;
  std::optional<Pressure> pressure;
};

/// Of something that can be limited, in bytes.
struct Amount {
  uint64_t usage = 0;
  uint64_t max = 0;  // the most that it ever was
  uint64_t limit = 0;
  uint64_t failures = 0;  // how often the limit was in the way
};

struct MemoryCounters {
  Amount usage;
  Amount swap;  // of memory and swap together
  Amount kernel;
  Amount kernel_tcp;
  uint64_t cache = 0;
  uint64_t inactive_file = 0;           // cache that nobody would miss
  std::map<std::string, uint64_t> all;  // memory.stat
  std::optional<Pressure> pressure;
};

struct PidsCounters {
  uint64_t current = 0;
  uint64_t limit = 0;  // 0: none
};

/// Of one disk and one kind of operation ("Read", "Write", …).
struct IoCount {
  uint32_t major = 0;
  uint32_t minor = 0;
  std::string operation;
  uint64_t value = 0;
};
struct IoCounters {
  std::vector<IoCount> bytes;
  std::vector<IoCount> operations;
  std::optional<Pressure> pressure;
};

struct CpusetCounters {
  std::vector<unsigned> cpus;
  std::vector<unsigned> mems;
  std::map<std::string, int64_t> settings;  // version 1's others: "mem_hardwall"
};

struct Interface {
  std::string name;
  uint64_t rx_bytes = 0;
  uint64_t rx_packets = 0;
  uint64_t rx_errors = 0;
  uint64_t rx_dropped = 0;
  uint64_t tx_bytes = 0;
  uint64_t tx_packets = 0;
  uint64_t tx_errors = 0;
  uint64_t tx_dropped = 0;
};

struct Counters {
  std::optional<CpuCounters> cpu;
  std::optional<MemoryCounters> memory;
  std::optional<PidsCounters> pids;
  std::optional<IoCounters> io;
  std::optional<CpusetCounters> cpuset;
  std::map<std::string, Amount> hugetlb;  // by the size of a page: "2MB"; without a limit
  /// Nothing if the container has no network namespace of its own: then nobody counts for it alone.
  std::optional<std::vector<Interface>> interfaces;
};

/// All of them. `pid` is the container's first process, in whose network namespace interfaces are
/// looked at (but for `lo`). Nothing if the cgroup has been removed meanwhile.
std::optional<Counters> read_counters(const Folders& folders, pid_t pid);

std::optional<CpuCounters> read_cpu(const Folders& folders);
std::optional<MemoryCounters> read_memory(const Folders& folders);
std::optional<PidsCounters> read_pids(const Folders& folders);
std::optional<IoCounters> read_io(const Folders& folders);
std::optional<CpusetCounters> read_cpuset(const Folders& folders);
std::map<std::string, Amount> read_hugetlb(const Folders& folders);
std::optional<std::vector<Interface>> read_interfaces(pid_t pid);

/// How often the kernel ended a process in there because it had no memory left. Nothing if there is
/// no memory controller, or no cgroup any more.
std::optional<uint64_t> oom_kills(const Folders& folders);

}  // namespace lockstep::cgroup
