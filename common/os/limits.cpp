#include "common/os/limits.hpp"

#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/os/call.hpp"
#include "common/os/files.hpp"

namespace lockstep::sys {
namespace {

std::string limit_hint(pid_t pid, int resource, const Limit& limit, int code) {
  if (code == EINVAL) return "a soft limit can't be more than its hard limit";
  if (code != EPERM) return "";
  const Limit now = get_limit(pid, resource);
  if (limit.hard <= now.hard && resource == RLIMIT_NOFILE)
    return "no process may have more files open than /proc/sys/fs/nr_open says";
  return fmt::format(
      "the hard limit is {} here, and to raise one takes CAP_SYS_RESOURCE on the host: ask for no "
      "more than that",
      words::limit(now.hard));
}

/// As the kernel has it (sched_setattr(2)); glibc has no such struct before 2.41.
struct Attributes {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
  uint32_t util_min;
  uint32_t util_max;
};

std::string scheduling_hint(int code) {
  switch (code) {
    case EPERM:
      return "a real-time policy, a deadline or a higher priority takes CAP_SYS_NICE on the host; "
             "on "
             "cgroup v1 also a share of real time for its cgroup (cpu.rt_runtime_us)";
    case EBUSY:
      return "the processors can't keep this deadline beside those that were promised already";
    case EINVAL:
      return "SCHED_FIFO and SCHED_RR take a priority from 1 to 99, SCHED_DEADLINE a runtime <= "
             "deadline <= period (nanoseconds, from 1024 on), the others neither; SCHED_ISO is in "
             "no kernel";
    default:
      return "";
  }
}

std::string io_hint(int code) {
  return code == EPERM ? "IOPRIO_CLASS_RT takes CAP_SYS_NICE or CAP_SYS_ADMIN on the host" : "";
}

std::string cpus_hint(int code) {
  return code == EINVAL ? "none of these CPUs is one that this process may use: see "
                          "Cpus_allowed_list in /proc/self/status"
                        : "";
}

}  // namespace

Limit get_limit(pid_t pid, int resource) {
  rlimit64 now{};
  if (::syscall(SYS_prlimit64, pid, resource, nullptr, &now) != 0)
    throw SysError(errno, fmt::format("prlimit64({}, {})", pid, words::resource(resource)));
  return {now.rlim_cur, now.rlim_max};
}

void set_limit(pid_t pid, int resource, const Limit& limit, Why why) {
  const rlimit64 wanted{limit.soft, limit.hard};
  call(
      why,
      [&] {
        return fmt::format("prlimit64({}, {}, {{rlim_cur={}, rlim_max={}}})", pid,
                           words::resource(resource), words::limit(limit.soft),
                           words::limit(limit.hard));
      },
      [&] { return ::syscall(SYS_prlimit64, pid, resource, &wanted, nullptr); },
      [&](int code) { return limit_hint(pid, resource, limit, code); });
}

void set_scheduling(pid_t pid, const SchedulingAttributes& wanted, Why why) {
  Attributes attributes{};
  attributes.size = sizeof attributes;
  attributes.policy = words::scheduling_policy(wanted.policy).value();
  for (const std::string& flag : wanted.flags)
    attributes.flags |= words::scheduling_flag(flag).value();
  attributes.nice = wanted.nice;
  attributes.priority = wanted.priority;
  attributes.runtime = wanted.runtime;
  attributes.deadline = wanted.deadline;
  attributes.period = wanted.period;
  call(
      why,
      [&] {
        return fmt::format(
            "sched_setattr({}, {{policy={}, flags={}, nice={}, priority={}, runtime={}, "
            "deadline={}, period={}}}, 0)",
            pid, wanted.policy,
            wanted.flags.empty() ? "0" : fmt::format("{}", fmt::join(wanted.flags, "|")),
            wanted.nice, wanted.priority, wanted.runtime, wanted.deadline, wanted.period);
      },
      [&] { return ::syscall(SYS_sched_setattr, pid, &attributes, 0U); }, scheduling_hint);
}

void set_io_priority(pid_t pid, const std::string& io_class, int priority, Why why) {
  const int value = words::io_class(io_class).value() << IOPRIO_CLASS_SHIFT | priority;
  call(
      why,
      [&] {
        return fmt::format("ioprio_set(IOPRIO_WHO_PROCESS, {}, IOPRIO_PRIO_VALUE({}, {}))", pid,
                           io_class, priority);
      },
      [&] { return ::syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, value); }, io_hint);
}

void set_cpus(const std::vector<unsigned>& cpus, Why why) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned cpu : cpus) CPU_SET(cpu, &set);
  call(
      why, [&] { return fmt::format("sched_setaffinity(0, [{}])", fmt::join(cpus, ", ")); },
      [&] { return ::sched_setaffinity(0, sizeof set, &set); }, cpus_hint);
}

void set_personality(bool of_32_bits, Why why) {
  const unsigned long persona = of_32_bits ? PER_LINUX32 : PER_LINUX;
  call(
      why, [&] { return fmt::format("personality({})", of_32_bits ? "PER_LINUX32" : "PER_LINUX"); },
      [&] { return ::personality(persona); });
}

void set_oom_score(pid_t pid, int score, Why why) {
  const std::string path =
      pid == 0 ? "/proc/self/oom_score_adj" : fmt::format("/proc/{}/oom_score_adj", pid);
  const Fd file = sys::open(path, O_WRONLY);
  const std::string text = std::to_string(score);
  call(
      why, [&] { return fmt::format("write({}, {})", quoted(path), quoted(text)); },
      [&] { return ::write(file.get(), text.data(), text.size()); },
      [](int code) {
        return code == EACCES ? std::string(
                                    "to lower it takes CAP_SYS_RESOURCE on the host; to "
                                    "raise it takes nothing: see /proc/self/oom_score_adj")
                              : std::string();
      });
}

}  // namespace lockstep::sys
