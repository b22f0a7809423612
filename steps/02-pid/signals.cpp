#include "02-pid/signals.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <utility>

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

void SignalQueue::watch_also(Fd other, std::function<bool()> act) {
  Fd both(::epoll_create1(EPOLL_CLOEXEC));
  if (!both) throw SysError(errno, "epoll_create1()");
  for (const Fd* const one : {&fd_, &other}) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(both.get(), EPOLL_CTL_ADD, one->get(), &event) != 0)
      throw SysError(errno, "epoll_ctl(EPOLL_CTL_ADD)");
  }
  signals_ = std::exchange(fd_, std::move(both));
  other_ = std::move(other);
  act_ = std::move(act);
}

void SignalQueue::look_at_the_other() {
  pollfd watched{other_.get(), POLLIN, 0};
  if (::poll(&watched, 1, 0) <= 0 || act_()) return;
  ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, other_.get(), nullptr);
  other_.reset();
}

int SignalQueue::next() {
  if (other_) look_at_the_other();
  const Fd& signals = signals_ ? signals_ : fd_;
  signalfd_siginfo info{};
  const ssize_t size = ::read(signals.get(), &info, sizeof info);
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
