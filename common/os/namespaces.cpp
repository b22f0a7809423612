// Making and joining namespaces: clone3, unshare, setns.
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "common/os/call.hpp"
#include "common/os/files.hpp"
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

/// As call(), but throws nothing, and the child, in which it returns 0, tells nothing: it has a
/// story of its own.
template <typename Describe, typename Invoke>
long fork_by(const Why& why, Describe describe, Invoke invoke, int& code) {
  if (narrate::on()) narrate::before(why, describe());
  const long pid = invoke();
  code = pid < 0 ? errno : 0;
  if (narrate::on() && pid == 0) narrate::be_new_process();
  if (narrate::on() && pid != 0) narrate::after(why, describe(), pid, code);
  return pid;
}

long clone3(uint64_t flags, int* pidfd, const Birthplace* birthplace) {
  clone_args args{};
  args.flags = flags;
  args.exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;  // else its maker's own
  args.pidfd = reinterpret_cast<uintptr_t>(pidfd);
  if (birthplace != nullptr && birthplace->taken) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(birthplace->cgroup.get());
  }
  return ::syscall(SYS_clone3, &args, sizeof args);
}

/// The older call. Its raw arguments: flags, stack, &parent_tid (the pidfd's place), …
long clone2(uint64_t flags, int* pidfd) {
  return ::syscall(SYS_clone, flags | SIGCHLD, nullptr, pidfd, nullptr, nullptr);
}

/// In the child: until the parent has told of its birth and closed its ends, or has gone. Else both
/// would speak at once and their lines would mix.
void listen(Pipe& told) {
  told.write_end.reset();
  char nothing = 0;
  while (told.read_end && ::read(told.read_end.get(), &nothing, 1) < 0 && errno == EINTR) {
  }
}

}  // namespace

Cloned clone(uint64_t namespaces, Birthplace* birthplace, Why why) {
  Pipe told = narrate::on() ? Pipe::make() : Pipe{};
  const uint64_t flags = namespaces | CLONE_PIDFD;
  const auto into = [&] { return birthplace != nullptr && birthplace->taken; };
  const auto describe = [&] {
    return fmt::format("clone3({{flags={}, exit_signal=SIGCHLD{}}})",
                       words::clone_flags(flags | (into() ? CLONE_INTO_CGROUP : 0)),
                       into() ? fmt::format(", cgroup={}", birthplace->cgroup.get()) : "");
  };
  int pidfd = -1;
  int code = 0;
  const auto clone3_by = [&] {
    return fork_by(
        why, describe, [&] { return clone3(flags, &pidfd, birthplace); }, code);
  };
  if (birthplace != nullptr) birthplace->taken = bool{birthplace->cgroup};
  long pid = clone3_by();
  const bool too_old = code == EINVAL || code == E2BIG;  // of clone3, but not of this flag
  if (into() && (too_old || code == ENOSYS || code == EPERM)) {
    birthplace->taken = false;
    if (too_old) pid = clone3_by();
  }
  if (code == ENOSYS || code == EPERM) {
    // EPERM too: some sandboxes answer so for calls that they don't know. If it was meant, the
    // older call says so again.
    pid = fork_by(
        why, [&] { return fmt::format("clone({}|SIGCHLD)", words::clone_flags(flags)); },
        [&] { return clone2(flags, &pidfd); }, code);
  }
  if (pid == 0) {
    listen(told);
    return {};
  }
  if (pid < 0)
    throw SysError(code, describe(),
                   into() ? birth_hint(code, namespaces) : namespaces_hint(code, namespaces));
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
void join_one_by_one(const Fd& pidfd, pid_t pid, uint64_t kinds, const Why& why) {
  const auto path = [&](size_t i) { return fmt::format("/proc/{}/ns/{}", pid, kKinds[i].name); };
  std::array<Fd, kKinds.size()>
      files;  // all opened first: after joining mnt there is another /proc
  for (size_t i = 0; i < kKinds.size(); ++i) {
    if ((kinds & kKinds[i].flag) != 0) files[i] = open(path(i), O_RDONLY);
  }
  // It lived until now, so these were its files and not those of who got its number.
  if (wait_for_end(pidfd, 0))
    throw SysError(ESRCH, fmt::format("setns(PID {})", pid), join_hint(ESRCH));
  for (size_t i = 0; i < kKinds.size(); ++i) {
    if (!files[i]) continue;
    call(
        why,
        [&] {
          return fmt::format("setns({}, {})", quoted(path(i)), words::clone_flags(kKinds[i].flag));
        },
        [&] { return ::setns(files[i].get(), static_cast<int>(kKinds[i].flag)); },
        [](int code) { return join_hint(code); });
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
    join_one_by_one(pidfd, pid, kinds, why);
  }
}

void join_namespace(const Fd& file, uint64_t kind, Why why) {
  call(
      why, [&] { return fmt::format("setns({}, {})", file.get(), words::clone_flags(kind)); },
      [&] { return ::setns(file.get(), static_cast<int>(kind)); }, join_hint);
}

}  // namespace lockstep::sys
