#pragma once

#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "common/os/error.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::mnt {

inline constexpr size_t kMostBuffered = 8192;

/// Bytes on their way from one side to the other. Reads only while little waits to be written, so
/// that neither side can make the other grow without end.
struct Stream {
  int from = -1;  // -1: at its end
  int to = -1;
  std::string waiting;
  bool said = false;  // that something was lost

  bool wants_input() const { return from >= 0 && waiting.size() < kMostBuffered; }

  void read_some() {
    std::array<char, kMostBuffered> buffer;
    const ssize_t done = ::read(from, buffer.data(), buffer.size());
    if (done > 0) waiting.append(buffer.data(), static_cast<size_t>(done));
    if (done > 0 || (done < 0 && (errno == EAGAIN || errno == EINTR))) return;
    // EIO is how a master says that no slave is open any more.
    if (done < 0 && errno != EIO)
      narrate::say(fmt::format("(what the container says can't be read: {})", errno_words(errno)));
    from = -1;
  }

  void write_some() {
    const ssize_t done = ::write(to, waiting.data(), waiting.size());
    if (done > 0) waiting.erase(0, static_cast<size_t>(done));
    if (done < 0 && errno != EAGAIN && errno != EINTR) lose(errno);
  }

  /// Nobody is there to read it; or, to a file on a full disk, it can't be written, and that is said.
  void lose(int code) {
    waiting.clear();
    if (to != STDOUT_FILENO || code == EPIPE || said) return;
    said = true;
    narrate::say(fmt::format("(output of the container is lost: write(1): {})", errno_words(code)));
  }
};

}  // namespace lockstep::mnt
