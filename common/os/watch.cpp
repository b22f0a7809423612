#include "common/os/watch.hpp"

#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "common/os/call.hpp"

namespace lockstep::sys {

Fd make_event_counter(Why why) {
  return Fd(static_cast<int>(call(
      why, [] { return std::string("eventfd(0, EFD_CLOEXEC|EFD_NONBLOCK)"); },
      [] { return ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); })));
}

uint64_t take_events(const Fd& counter) {
  uint64_t count = 0;
  if (::read(counter.get(), &count, sizeof count) == sizeof count) return count;
  if (errno == EAGAIN) return 0;
  throw SysError(errno, "read(eventfd)");
}

Fd make_signal_file(std::initializer_list<int> signals, Why why) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) throw SysError(errno, "sigprocmask(SIG_BLOCK)");
  return Fd(static_cast<int>(call(
      why, [] { return std::string("signalfd(-1, SFD_CLOEXEC|SFD_NONBLOCK)"); },
      [&] { return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK); })));
}

}  // namespace lockstep::sys
