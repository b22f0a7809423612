#include "common/os/processes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "common/os/call.hpp"
#include "common/os/namespace_hints.hpp"
#include "common/os/proc.hpp"
#include "common/os/words.hpp"

namespace lockstep::sys {

std::optional<Fd> open_pid(pid_t pid) {
  const auto raw = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));  // always close-on-exec
  if (raw >= 0) return Fd(raw);
  if (errno == ESRCH) return std::nullopt;
  throw SysError(errno, fmt::format("pidfd_open({})", pid),
                 "lockstep needs kernel 5.3 or later: pidfds are how it never confuses processes");
}

bool send_signal(const Fd& pidfd, pid_t pid, int signal, Why why) {
  const int answer = call_for_answer(
      why, {ESRCH},
      [&] { return fmt::format("pidfd_send_signal(PID {}, {})", pid, words::signal(signal)); },
      [&] { return ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0); });
  return answer == 0;
}

bool kill(pid_t pid, int signal, Why why) {
  const int answer = call_for_answer(
      why, {ESRCH}, [&] { return fmt::format("kill({}, {})", pid, words::signal(signal)); },
      [&] { return ::kill(pid, signal); });
  return answer == 0;
}

bool wait_for_end(const Fd& pidfd, int milliseconds) {
  pollfd poll{pidfd.get(), POLLIN, 0};
  for (;;) {
    const int ready = ::poll(&poll, 1, milliseconds);
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) throw SysError(errno, "poll(pidfd)");
  }
}

void set_hostname(const std::string& name, Why why) {
  call(
      why, [&] { return fmt::format("sethostname({})", quoted(name)); },
      [&] { return ::sethostname(name.data(), name.size()); }, name_hint);
}

void set_domainname(const std::string& name, Why why) {
  call(
      why, [&] { return fmt::format("setdomainname({})", quoted(name)); },
      [&] { return ::setdomainname(name.data(), name.size()); }, name_hint);
}

void new_session(Why why) {
  if (::getsid(0) == ::getpid()) return;  // setsid would be EPERM, and there is nothing left to do
  call(
      why, [] { return std::string("setsid()"); }, [] { return ::setsid(); });
}

void set_controlling_terminal(const Fd& terminal, Why why) {
  call(
      why, [&] { return fmt::format("ioctl({}, TIOCSCTTY, 0)", terminal.get()); },
      [&] { return ::ioctl(terminal.get(), TIOCSCTTY, 0); });
}

void set_parent_death_signal(int signal, Why why) {
  int now = 0;
  if (::prctl(PR_GET_PDEATHSIG, &now, 0, 0, 0) == 0 && now == signal) return;
  call(
      why,
      [&] {
        return fmt::format("prctl(PR_SET_PDEATHSIG, {})",
                           signal == 0 ? "0" : words::signal(signal));
      },
      [&] { return ::prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); });
}

void set_dumpable(bool dumpable, Why why) {
  const unsigned long value = dumpable ? 1 : 0;
  call(
      why,
      [&] {
        return fmt::format("prctl(PR_SET_DUMPABLE, {})",
                           dumpable ? "SUID_DUMP_USER" : "SUID_DUMP_DISABLE");
      },
      [&] { return ::prctl(PR_SET_DUMPABLE, value, 0, 0, 0); });
}

void change_directory(const std::string& path, Why why) {
  call(
      why, [&] { return fmt::format("chdir({})", quoted(path)); },
      [&] { return ::chdir(path.c_str()); });
}

void change_directory(const Fd& directory, const std::string& name, Why why) {
  call(
      why, [&] { return fmt::format("fchdir({})", quoted(name)); },
      [&] { return ::fchdir(directory.get()); });
}

void change_root(const std::string& path, Why why) {
  call(
      why, [&] { return fmt::format("chroot({})", quoted(path)); },
      [&] { return ::chroot(path.c_str()); });
}

mode_t set_umask(mode_t mask, Why why) {
  return static_cast<mode_t>(call(
      why, [&] { return fmt::format("umask({:04o})", mask); },
      [&] { return static_cast<long>(::umask(mask)); }));
}

}  // namespace lockstep::sys
