#pragma once

#include <termios.h>
#include <unistd.h>

#include <optional>

namespace lockstep::mnt {

/// The caller's terminal in raw mode: every key goes on as it is, Ctrl-C as the byte 3, for the
/// container's terminal to make a signal of it. Gives it back as it was when it goes out of scope.
/// Does nothing if `fd` is no terminal.
/// See: termios(3), cfmakeraw
class RawMode {
 public:
  explicit RawMode(int fd) : fd_(fd) {
    termios now{};
    if (::tcgetattr(fd, &now) != 0) return;
    before_ = now;
    ::cfmakeraw(&now);
    ::tcsetattr(fd, TCSANOW, &now);
  }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  ~RawMode() {
    if (before_) ::tcsetattr(fd_, TCSADRAIN, &*before_);
  }

 private:
  int fd_;
  std::optional<termios> before_;
};

}  // namespace lockstep::mnt
