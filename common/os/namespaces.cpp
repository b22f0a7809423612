// Making and joining namespaces: clone3, unshare, setns.
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "common/os/call.hpp"
#include "common/os/namespace_hints.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "common/os/words.hpp"

namespace lockstep::sys {
namespace {

struct Kind {
  uint64_t flag;
  const char* name;  // in /proc/PID/ns
};
constexpr std::array kKinds = {Kind{CLONE_NEWUSER, "user"}, Kind{CLONE_NEWUTS, "uts"},
                               Kind{CLONE_NEWIPC, "ipc"},   Kind{CLONE_NEWPID, "pid"},
                               Kind{CLONE_NEWNET, "net"},   Kind{CLONE_NEWCGROUP, "cgroup"},
                               Kind{CLONE_NEWNS, "mnt"}};

/// "uts:[4026531838] → uts:[4026532201]" for each namespace that `pid` has of its own.
std::string difference(pid_t pid) {
  std::string out;
  for (const Kind& kind : kKinds) {
    const std::string ours = proc::namespace_of(0, kind.name);
    const std::string theirs = proc::namespace_of(pid, kind.name);
    if (ours != theirs) out += fmt::format("{}{} → {}", out.empty() ? "" : ", ", ours, theirs);
  }
  return out;
}

long fork_into(uint64_t namespaces, int* pidfd) {
  clone_args args{};
  args.flags = namespaces | CLONE_PIDFD;
  args.exit_signal = SIGCHLD;
  args.pidfd = reinterpret_cast<uintptr_t>(pidfd);
  const long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid >= 0 || (errno != ENOSYS && errno != EPERM)) return pid;
  // EPERM too: some sandboxes answer so for calls that they don't know. If it was meant, the older
  // call says so again. Its raw arguments: flags, stack, &parent_tid (the pidfd's place), …
  return ::syscall(SYS_clone, namespaces | CLONE_PIDFD | SIGCHLD, nullptr, pidfd, nullptr, nullptr);
}

}  // namespace

Cloned clone(uint64_t namespaces, Why why) {
  int pidfd = -1;
  const auto describe = [&] {
    return fmt::format("clone3({{flags={}, exit_signal=SIGCHLD}})",
                       words::clone_flags(namespaces | CLONE_PIDFD));
  };
  if (narrate::on()) narrate::before(why, describe());
  const long pid = fork_into(namespaces, &pidfd);
  const int code = pid < 0 ? errno : 0;
  if (pid == 0) return {};  // the child tells its own story
  if (narrate::on()) narrate::after(why, describe(), pid, code);
  if (pid < 0) throw SysError(code, describe(), namespaces_hint(code, namespaces));
  const auto child = static_cast<pid_t>(pid);
  if (narrate::on()) narrate::changed(difference(child));
  return {child, Fd(pidfd)};
}

void unshare(uint64_t namespaces, Why why) {
  call(
      why, [&] { return fmt::format("unshare({})", words::clone_flags(namespaces)); },
      [&] { return ::unshare(static_cast<int>(namespaces)); },
      [&](int code) { return namespaces_hint(code, namespaces); });
}

namespace {

/// Before kernel 5.8 setns takes one namespace's file at a time. The user namespace comes first: it
/// gives the power to join the others.
void join_one_by_one(pid_t pid, uint64_t kinds) {
  std::array<Fd, kKinds.size()>
      files;  // all opened first: after joining mnt there is another /proc
  for (size_t i = 0; i < kKinds.size(); ++i) {
    if ((kinds & kKinds[i].flag) == 0) continue;
    const std::string path = fmt::format("/proc/{}/ns/{}", pid, kKinds[i].name);
    files[i] = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!files[i]) throw SysError(errno, fmt::format("open({})", quoted(path)));
  }
  for (size_t i = 0; i < kKinds.size(); ++i) {
    if (!files[i]) continue;
    if (::setns(files[i].get(), static_cast<int>(kKinds[i].flag)) != 0) {
      throw SysError(errno, fmt::format("setns({})", words::clone_flags(kKinds[i].flag)));
    }
  }
}

}  // namespace

void join_namespaces(const Fd& pidfd, pid_t pid, uint64_t kinds, Why why) {
  if (kinds == 0) return;
  try {
    call(
        why, [&] { return fmt::format("setns(PID {}, {})", pid, words::clone_flags(kinds)); },
        [&] { return ::setns(pidfd.get(), static_cast<int>(kinds)); },
        [](int code) { return join_hint(code); });
  } catch (const SysError& error) {
    if (error.code() != EINVAL) throw;
    join_one_by_one(pid, kinds);
  }
}

}  // namespace lockstep::sys
