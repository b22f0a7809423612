#include "03-mount/keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"

namespace lockstep::mnt {
namespace {

constexpr int kMaster = 3;
constexpr int kContainer = 4;

/// Reads until the container has ended, or the last slave is closed and nothing can come any more.
void read_and_forget(bool has_master) {
  std::array<pollfd, 2> watched = {pollfd{kContainer, POLLIN, 0},
                                   pollfd{has_master ? kMaster : -1, POLLIN, 0}};
  std::array<char, 4096> buffer;
  while (watched[0].revents == 0) {
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (watched[1].revents == 0) continue;
    const ssize_t done = ::read(kMaster, buffer.data(), buffer.size());
    // No slave is open at the moment: a program may open /dev/console again, so wait for the
    // container's end only.
    if (done < 0 && errno == EIO) watched[1].fd = -1;
  }
}

/// Nothing of the caller's is held: no terminal, no pipe that somebody reads to its end, no folder,
/// no lock.
void become_keeper(const Fd& master, const Fd& container) {
  ::setsid();
  ::prctl(PR_SET_NAME, "lockstep-keeper");
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  // First out of the way, then to their places: the places may be each other's.
  const int high_master = master ? ::fcntl(master.get(), F_DUPFD_CLOEXEC, 64) : null;
  const int high_container = ::fcntl(container.get(), F_DUPFD_CLOEXEC, 64);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
  ::dup2(high_master, kMaster);
  ::dup2(high_container, kContainer);
  sys::close_all_from(kContainer + 1);
  if (::chdir("/") != 0) ::_exit(1);
  read_and_forget(static_cast<bool>(master));
}

}  // namespace

void keep(const Fd& master, const Child& container, const std::function<void()>& at_end) {
  Child keeper = Child::clone(
      0,
      [&] {
        narrate::close_all();
        become_keeper(master, container.pidfd());
        if (at_end) at_end();
      },
      "somebody has to hold the container's terminal, or to clear up, when this process has ended");
  keeper.forget();
}

}  // namespace lockstep::mnt
