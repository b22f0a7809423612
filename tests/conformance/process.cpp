// The process itself: ids, capabilities, limits, scheduling, signals, environment, descriptors.

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <map>
#include <vector>

#include "probe.hpp"

namespace probe {
namespace {

template <typename... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

void see_ids() {
  uid_t uids[3];
  gid_t gids[3];
  ::getresuid(&uids[0], &uids[1], &uids[2]);
  ::getresgid(&gids[0], &gids[1], &gids[2]);
  say("uid", format("%u %u %u", uids[0], uids[1], uids[2]));
  say("gid", format("%u %u %u", gids[0], gids[1], gids[2]));
  gid_t groups[NGROUPS_MAX];
  const int count = ::getgroups(NGROUPS_MAX, groups);
  std::vector<gid_t> sorted(groups, groups + std::max(count, 0));
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (const gid_t group : sorted) text += format(" %u", group);
  say("groups", text);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  say("umask", format("%04o", mask));
  say("pid", format("%d, parent %d, group %d, session %d", ::getpid(), ::getppid(), ::getpgrp(),
                    ::getsid(0)));
}

void see_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  ::syscall(SYS_capget, &header, data);
  say("capabilities effective", format("%08x%08x", data[1].effective, data[0].effective));
  say("capabilities permitted", format("%08x%08x", data[1].permitted, data[0].permitted));
  say("capabilities inheritable", format("%08x%08x", data[1].inheritable, data[0].inheritable));
  uint64_t bounding = 0;
  uint64_t ambient = 0;
  for (unsigned long number = 0; number < 64; ++number) {
    if (::prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1) bounding |= uint64_t{1} << number;
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, 0, 0) == 1)
      ambient |= uint64_t{1} << number;
  }
  say("capabilities bounding", format("%016lx", bounding));
  say("capabilities ambient", format("%016lx", ambient));
  say("securebits", format("%x", ::prctl(PR_GET_SECUREBITS)));
  say("no new privileges", format("%d", ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)));
}

void see_limits() {
  const std::map<int, const char*> names = {
      {RLIMIT_AS, "as"},           {RLIMIT_CORE, "core"},         {RLIMIT_CPU, "cpu"},
      {RLIMIT_DATA, "data"},       {RLIMIT_FSIZE, "fsize"},       {RLIMIT_LOCKS, "locks"},
      {RLIMIT_MEMLOCK, "memlock"}, {RLIMIT_MSGQUEUE, "msgqueue"}, {RLIMIT_NICE, "nice"},
      {RLIMIT_NOFILE, "nofile"},   {RLIMIT_NPROC, "nproc"},       {RLIMIT_RSS, "rss"},
      {RLIMIT_RTPRIO, "rtprio"},   {RLIMIT_RTTIME, "rttime"},     {RLIMIT_SIGPENDING, "sigpending"},
      {RLIMIT_STACK, "stack"}};
  for (const auto& [number, name] : names) {
    rlimit limit{};
    ::syscall(SYS_prlimit64, 0, number, nullptr, &limit);
    say(format("limit %s", name), format("%lld %lld", static_cast<long long>(limit.rlim_cur),
                                         static_cast<long long>(limit.rlim_max)));
  }
}

struct SchedulingAttributes {  // sched_getattr(2)
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

void see_scheduling() {
  SchedulingAttributes attributes{};
  ::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0);
  // The runtime of ordinary policies is the kernel's slice, not a setting.
  say("scheduling", format("policy %u flags %lu nice %d priority %u", attributes.policy,
                           attributes.flags, attributes.nice, attributes.priority));
  if (attributes.policy == 6)
    say("deadline",
        format("%lu %lu %lu", attributes.runtime, attributes.deadline, attributes.period));
  const long io = ::syscall(SYS_ioprio_get, 1, 0);
  say("io priority", format("class %ld level %ld", io >> 13, io & 0x1FFF));
  cpu_set_t set;
  ::sched_getaffinity(0, sizeof set, &set);
  std::string cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &set)) cpus += format(" %d", cpu);
  say("cpus", cpus);
  int mode = 0;
  unsigned long nodes[16] = {};
  if (::syscall(SYS_get_mempolicy, &mode, nodes, sizeof nodes * 8, nullptr, 0) == 0)
    say("memory policy", format("%d nodes %lx", mode, nodes[0]));
  else
    say("memory policy", outcome(errno));
}

void see_flags() {
  say("personality", format("%x", ::personality(0xFFFFFFFF)));
  say("seccomp", format("%d", ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0)));
  say("dumpable", format("%d", ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)));
  int signal = 0;
  ::prctl(PR_GET_PDEATHSIG, &signal, 0, 0, 0);
  say("parent death signal", format("%d", signal));
  say("timer slack", format("%d", ::prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0)));
  say("subreaper", [] {
    int is = 0;
    ::prctl(PR_GET_CHILD_SUBREAPER, &is, 0, 0, 0);
    return format("%d", is);
  }());
  sigset_t blocked;
  ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
  std::string ignored;
  std::string masked;
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN)
      ignored += format(" %d", number);
    if (::sigismember(&blocked, number) == 1) masked += format(" %d", number);
  }
  say("signals ignored", ignored);
  say("signals blocked", masked);
}

/// What a descriptor leads to, without the numbers that are another run's.
std::string kind(int fd) {
  struct stat status {};
  ::fstat(fd, &status);
  const std::string flags =
      format(" %o", ::fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
  if (S_ISFIFO(status.st_mode)) return "pipe" + flags;
  if (S_ISSOCK(status.st_mode)) return "socket" + flags;
  if (S_ISCHR(status.st_mode)) return format("device %lx", status.st_rdev) + flags;
  return format("file %o", status.st_mode) + flags;
}

void see_descriptors() {
  for (int fd = 0; fd < 256; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) say(format("descriptor %d", fd), kind(fd));
  }
}

}  // namespace

void see_process(char** arguments, char** environment) {
  see_descriptors();
  see_ids();
  see_capabilities();
  see_limits();
  see_scheduling();
  see_flags();
  for (char** one = arguments; *one != nullptr; ++one) say("argument", *one);
  for (char** one = environment; *one != nullptr; ++one) say("environment", *one);
  char folder[PATH_MAX] = {};
  say("working directory", ::getcwd(folder, sizeof folder) == nullptr ? outcome(errno) : folder);
}

}  // namespace probe
