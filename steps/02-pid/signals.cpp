#include "02-pid/signals.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/processes.hpp"

namespace lockstep::pid {

SignalQueue::SignalQueue() {
  sigset_t set;
  ::sigfillset(&set);
  // Not passed on: what the kernel sends to tell of a mistake of ours, what is about our own
  // terminal (the container has a session of its own), our children, and Ctrl-Z, which stops us and
  // not the container.
  for (const int ours : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGCHLD,
                         SIGPIPE, SIGURG, SIGTSTP, SIGTTIN, SIGTTOU}) {
    ::sigdelset(&set, ours);
  }
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) throw SysError(errno, "sigprocmask(SIG_BLOCK)");
  fd_ = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) throw SysError(errno, "signalfd()");
}

int SignalQueue::next() {
  signalfd_siginfo info{};
  const ssize_t size = ::read(fd_.get(), &info, sizeof info);
  return size == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

ExitStatus forward_until_end(SignalQueue& queue, Child& child) {
  std::array<pollfd, 2> watched = {pollfd{child.pidfd().get(), POLLIN, 0},
                                   pollfd{queue.fd().get(), POLLIN, 0}};
  for (;;) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
      throw SysError(errno, "poll(child)");
    while (const int signal = queue.next()) {
      sys::send_signal(child.pidfd(), child.pid(), signal,
                       "what the runtime is sent is meant for the container");
    }
    if ((watched[0].revents & POLLIN) != 0) return child.wait();
  }
}

}  // namespace lockstep::pid
