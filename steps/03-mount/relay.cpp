#include "03-mount/relay.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "03-mount/keeper.hpp"
#include "03-mount/raw_mode.hpp"
#include "03-mount/stream.hpp"
#include "common/cli/options.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"

namespace lockstep::mnt {
namespace {

class Relay {
 public:
  Relay(Created& container, pid::SignalQueue& signals, Fd master, std::string detach_keys)
      : container_(container),
        signals_(signals),
        master_(std::move(master)),
        keys_(std::move(detach_keys)) {
    if (::fcntl(master_.get(), F_SETFL, O_RDWR | O_NONBLOCK) != 0)
      throw SysError(errno, "fcntl(pty, O_NONBLOCK)");
    in_ = {STDIN_FILENO, master_.get(), ""};
    out_ = {master_.get(), STDOUT_FILENO, ""};
    copy_size();
  }

  /// Until the container ends (its status) or the detach keys are typed (nothing).
  std::optional<ExitStatus> run() {
    const RawMode raw(STDIN_FILENO);
    while (!detached_) {
      if (wait_and_move()) {
        drain();
        return container_.child.wait();
      }
    }
    return std::nullopt;
  }

  Fd release_master() { return std::move(master_); }

 private:
  /// One round of poll; whether the container has ended.
  bool wait_and_move() {
    const auto wanted = [](bool want, short event) { return want ? event : short{0}; };
    std::array<pollfd, 5> polls = {pollfd{container_.child.pidfd().get(), POLLIN, 0},
                                   pollfd{signals_.fd().get(), POLLIN, 0},
                                   pollfd{in_.wants_input() ? STDIN_FILENO : -1, POLLIN, 0},
                                   pollfd{out_.from < 0 && in_.waiting.empty() ? -1 : master_.get(),
                                          static_cast<short>(wanted(out_.wants_input(), POLLIN) |
                                                             wanted(!in_.waiting.empty(), POLLOUT)),
                                          0},
                                   pollfd{out_.waiting.empty() ? -1 : STDOUT_FILENO, POLLOUT, 0}};
    if (::poll(polls.data(), polls.size(), -1) < 0 && errno != EINTR)
      throw SysError(errno, "poll(terminal)");
    if (polls[1].revents != 0) pass_signals();
    if (polls[2].revents != 0) read_keys();
    if ((polls[3].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && out_.wants_input())
      out_.read_some();
    if ((polls[3].revents & POLLOUT) != 0) in_.write_some();
    if (polls[4].revents != 0) out_.write_some();
    return polls[0].revents != 0;
  }

  void read_keys() {
    const size_t before = in_.waiting.size();
    in_.read_some();
    if (in_.from < 0)
      in_.waiting += '\x04';  // the caller's end of input: Ctrl-D, which is how a terminal says it
    find_detach_keys(before);
  }

  /// Each key of the sequence goes on to the container, but for the last: nobody waits for what may
  /// never come.
  void find_detach_keys(size_t from) {
    if (keys_.empty()) return;
    for (size_t i = from; i < in_.waiting.size(); ++i) {
      matched_ =
          in_.waiting[i] == keys_[matched_] ? matched_ + 1 : (in_.waiting[i] == keys_[0] ? 1 : 0);
      if (matched_ < keys_.size()) continue;
      in_.waiting.erase(i);
      detached_ = true;
      return;
    }
  }

  void pass_signals() {
    while (const int signal = signals_.next()) {
      if (signal == SIGWINCH) {
        copy_size();
      } else {
        sys::send_signal(container_.child.pidfd(), container_.child.pid(), signal,
                         "what the runtime is sent is meant for the container");
      }
    }
  }

  void copy_size() {
    winsize size{};
    // 0 rows: nobody has told that terminal its size. What the config says stays.
    if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row != 0)
      ::ioctl(master_.get(), TIOCSWINSZ, &size);
  }

  /// What the container printed before it ended is still in the pty.
  void drain() {
    do {
      while (!out_.waiting.empty()) out_.write_some();
      pollfd poll{master_.get(), POLLIN, 0};
      if (out_.from < 0 || ::poll(&poll, 1, 0) <= 0) break;
      out_.read_some();
    } while (true);
    while (!out_.waiting.empty()) out_.write_some();
  }

  Created& container_;
  pid::SignalQueue& signals_;
  Fd master_;
  std::string keys_;
  Stream in_;
  Stream out_;
  size_t matched_ = 0;
  bool detached_ = false;
};

}  // namespace

std::optional<ExitStatus> attend(Created& container, pid::SignalQueue& signals,
                                 const oci::Process& process) {
  if (!process.terminal) return pid::attend(container, signals, process);
  Fd master = container.handshake.receive();
  if (!process.detached) {
    Relay relay(container, signals, std::move(master), process.detach_keys);
    if (const auto end = relay.run()) return end;
    master = relay.release_master();
    narrate::say("");  // the cursor stands behind what the container wrote last
  }
  keep(master, container.child, container.at_end);
  container.child.forget();
  return std::nullopt;
}

std::string parse_detach_keys(const std::string& text) {
  std::string keys;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string key = text.substr(at, end - at);
    if (key.size() == 1) {
      keys += key;
    } else if (key.size() == 6 && key.rfind("ctrl-", 0) == 0 && key[5] >= '@' && key[5] <= 'z' &&
               key[5] != '`') {
      keys += static_cast<char>(static_cast<unsigned char>(key[5]) & 0x1fU);
    } else {
      throw cli::UsageError(
          fmt::format("--detach-keys: {} is no key", quoted(key)),
          "keys are single characters or ctrl- and a letter, with commas: ctrl-p,ctrl-q");
    }
    at = end + 1;
  }
  return keys;
}

}  // namespace lockstep::mnt
