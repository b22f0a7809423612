#include "common/os/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/os/error.hpp"

namespace lockstep {

void Fd::reset() {
  if (raw_ < 0) return;
  const int saved = errno;  // a destructor must not change what an error path is about to report
  ::close(raw_);            // never retried on EINTR: Linux has closed it already, see close(2)
  raw_ = -1;
  errno = saved;
}

Fd Fd::duplicate() const {
  const int copy = ::fcntl(raw_, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) throw SysError(errno, fmt::format("fcntl({}, F_DUPFD_CLOEXEC, 3)", raw_));
  return Fd(copy);
}

std::string Fd::path() const { return fmt::format("/proc/self/fd/{}", raw_); }

Pipe Pipe::make() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw SysError(errno, "pipe2(O_CLOEXEC)");
  return {Fd(ends[0]), Fd(ends[1])};
}

void write_all(const Fd& fd, std::string_view data, std::string_view name) {
  while (!data.empty()) {
    const ssize_t done = ::write(fd.get(), data.data(), data.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      const int code = errno;
      throw SysError(code, fmt::format("write({}, {} bytes)", quoted(name), data.size()));
    }
    data.remove_prefix(static_cast<size_t>(done));
  }
}

std::string read_all(const Fd& fd, std::string_view name, size_t limit) {
  std::string text;
  std::array<char, 8192> buffer;
  for (;;) {
    const ssize_t done = ::read(fd.get(), buffer.data(), buffer.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw SysError(errno, fmt::format("read({})", quoted(name)));
    if (done == 0) return text;
    text.append(buffer.data(), static_cast<size_t>(done));
    if (text.size() > limit) {
      throw Error(
          fmt::format("{}: larger than {} bytes, which no such file should be", name, limit));
    }
  }
}

}  // namespace lockstep
