#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/os/why.hpp"

/// What a process may use, and when its turn is. All calls about a process take its PID, 0 for the
/// caller.
namespace lockstep {

namespace words {

/// The number of "RLIMIT_NOFILE", and back. See: getrlimit(2)
std::optional<int> resource_number(std::string_view name);
std::string resource(int number);
/// All such names.
std::vector<std::string> resources();
/// "1024", or "RLIM64_INFINITY" for what is no limit.
std::string limit(uint64_t value);

/// The number of "SCHED_BATCH". See: sched(7)
std::optional<uint32_t> scheduling_policy(std::string_view name);
/// The bit of "SCHED_FLAG_RESET_ON_FORK". See: sched_setattr(2)
std::optional<uint64_t> scheduling_flag(std::string_view name);
/// The number of "IOPRIO_CLASS_BE". See: ioprio_set(2)
std::optional<int> io_class(std::string_view name);

/// The CPUs in "0-3,7"; nothing if it is no such list, or names one beyond 1023.
std::optional<std::vector<unsigned>> cpu_list(std::string_view text);

}  // namespace words

namespace sys {

struct Limit {
  uint64_t soft = 0;
  uint64_t hard = 0;
};

/// prlimit(2).
Limit get_limit(pid_t pid, int resource);
void set_limit(pid_t pid, int resource, const Limit& limit, Why why = {});

/// sched_setattr(2). The policy and its flags by their names, each of which must be one.
struct SchedulingAttributes {
  std::string policy;
  std::vector<std::string> flags;
  int nice = 0;
  unsigned priority = 0;
  uint64_t runtime = 0;  // nanoseconds, as the two below
  uint64_t deadline = 0;
  uint64_t period = 0;
};
void set_scheduling(pid_t pid, const SchedulingAttributes& attributes, Why why = {});

/// ioprio_set(2), `priority` from 0 (first) to 7.
void set_io_priority(pid_t pid, const std::string& io_class, int priority, Why why = {});

/// sched_setaffinity(2), of the caller.
void set_cpus(const std::vector<unsigned>& cpus, Why why = {});

/// personality(2) with PER_LINUX32, or PER_LINUX.
void set_personality(bool of_32_bits, Why why = {});

/// Writes /proc/PID/oom_score_adj.
void set_oom_score(pid_t pid, int score, Why why = {});

}  // namespace sys
}  // namespace lockstep
