#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

namespace lockstep {

/// Owns one file descriptor and closes it. Every descriptor of this program is O_CLOEXEC: nothing
/// of the host may leak into a container by being open (CVE-2024-21626).
class Fd {
 public:
  Fd() = default;
  explicit Fd(int raw) : raw_(raw) {}
  Fd(Fd&& other) noexcept : raw_(std::exchange(other.raw_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      raw_ = std::exchange(other.raw_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  /// The descriptor's number, borrowed: valid as long as this object lives; -1 if it owns nothing.
  int get() const { return raw_; }
  explicit operator bool() const { return raw_ >= 0; }
  /// Gives the number up without closing it.
  int release() { return std::exchange(raw_, -1); }
  void reset();
  /// A second descriptor of the same open file (F_DUPFD_CLOEXEC, never below 3). See: fcntl(2)
  Fd duplicate() const;
  /// "/proc/self/fd/N": a path that means exactly this open file, for calls that only take paths.
  std::string path() const;

 private:
  int raw_ = -1;
};

/// The two ends of a pipe(2), both O_CLOEXEC.
struct Pipe {
  Fd read_end;
  Fd write_end;
  static Pipe make();
};

/// Writes all of `data`, however many write(2)s that takes; throws SysError (ENOSPC, EPIPE, …).
/// `name` is what the error calls the file.
void write_all(const Fd& fd, std::string_view data, std::string_view name);

/// Reads to the end of file; throws SysError. More than `limit` bytes are an Error: nothing that
/// this program reads whole is large.
std::string read_all(const Fd& fd, std::string_view name, size_t limit = 16U << 20U);

}  // namespace lockstep
