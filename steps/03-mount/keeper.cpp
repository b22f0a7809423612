#include "03-mount/keeper.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>

#include "common/os/background.hpp"

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

}  // namespace

void keep(const Fd& master, const Child& container, const std::function<void()>& at_end) {
  Child keeper = Child::clone(
      0,
      [&] {
        go_to_background("lockstep-keeper", {master.get(), container.pidfd().get()});
        read_and_forget(static_cast<bool>(master));
        if (at_end) at_end();
      },
      "somebody has to hold the container's terminal, or to clear up, when this process has ended");
  keeper.forget();
}

}  // namespace lockstep::mnt
