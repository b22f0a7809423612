#include "common/os/door.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "common/os/borrowed_root.hpp"
#include "common/os/call.hpp"
#include "common/os/processes.hpp"

namespace lockstep {
namespace {

/// By way of the open folder: a path of the state folder's may be longer than the 108 bytes that an
/// address holds.
sockaddr_un address_of(const Fd& folder, const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder.path() + "/" + name;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

Fd make_socket() {
  Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) throw SysError(errno, "socket(AF_UNIX, SOCK_SEQPACKET)");
  return socket;
}

/// The signals that end a process which has no handler for them.
Fd ending_signals() {
  sigset_t set;
  ::sigfillset(&set);
  for (const int other : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS,  // mistakes
                          SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGTSTP, SIGTTIN, SIGTTOU}) {
    ::sigdelset(&set, other);
  }
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) throw SysError(errno, "sigprocmask(SIG_BLOCK)");
  Fd signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) throw SysError(errno, "signalfd()");
  return signals;
}

}  // namespace

Door Door::make(const Fd& folder, const std::string& name) {
  // Without root, the caller could not enter a guarded container any more: and there is nothing in
  // it that isn't the caller's own.
  const auto open = sys::open_descriptors();
  if (!open) throw SysError(errno, "reading \"/proc/self/fd\"", "is /proc mounted?");
  Door door(*open, caller_uid() == 0);
  door.socket_ = make_socket();
  const sockaddr_un address = address_of(folder, name);
  // On Linux the socket's own mode becomes its file's.
  if (::fchmod(door.socket_.get(), 0600) != 0) throw SysError(errno, "fchmod(socket, 0600)");
  call(
      "a place where whoever starts the container can be heard by its first process",
      [&] { return fmt::format("bind({}, {})", door.socket_.get(), quoted(address.sun_path)); },
      [&] {
        return ::bind(door.socket_.get(), reinterpret_cast<const sockaddr*>(&address),
                      sizeof address);
      });
  if (::listen(door.socket_.get(), 1) != 0) throw SysError(errno, "listen(socket)");
  return door;
}

Handshake Door::knock(const Fd& folder, const std::string& name) {
  Fd socket = make_socket();
  const sockaddr_un address = address_of(folder, name);
  call(
      "the container's first process waits there for who starts it",
      [&] { return fmt::format("connect({}, {})", socket.get(), quoted(address.sun_path)); },
      [&] {
        return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
      },
      [](int code) {
        return code == ECONNREFUSED || code == ENOENT ? "it has ended meanwhile" : "";
      });
  return Handshake::of_host(std::move(socket));
}

void Door::leave_the_rest_outside(unsigned preserved) const {
  for (const int fd : outside_) {
    if (fd > STDERR_FILENO + static_cast<int>(preserved) && !narrate::holds(fd)) ::close(fd);
  }
}

Handshake Door::answer() const {
  if (guarded_)
    sys::set_dumpable(
        false,
        "it still holds the runtime's memory: who enters the container meanwhile must "
        "not look into it");
  const Fd signals = ending_signals();
  std::array<pollfd, 2> watched = {pollfd{socket_.get(), POLLIN, 0},
                                   pollfd{signals.get(), POLLIN, 0}};
  while (watched[0].revents == 0) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
      throw SysError(errno, "poll(start)");
    signalfd_siginfo info{};
    if (::read(signals.get(), &info, sizeof info) == sizeof info)
      ::_exit(128 + static_cast<int>(info.ssi_signo));
  }
  Fd conversation(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!conversation) throw SysError(errno, "accept4(start)");
  return Handshake::of_child(std::move(conversation));
}

}  // namespace lockstep
