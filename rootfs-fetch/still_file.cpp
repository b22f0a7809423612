#include "rootfs-fetch/still_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "common/os/error.hpp"

namespace lockstep::fetch {
namespace {

constexpr off_t kSmall = 4 << 20;
constexpr size_t kPiece = 256U << 10U;
constexpr int kTries = 100;

/// pread(2), as much of it as there is.
size_t read_at(const Fd& file, char* out, size_t size, off_t at, const std::string& path) {
  size_t done = 0;
  while (done < size) {
    const ssize_t count =
        ::pread(file.get(), out + done, size - done, at + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SysError(errno, fmt::format("read({})", quoted(path)));
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return done;
}

bool same(const timespec& one, const timespec& other) {
  return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

}  // namespace

StillFile::StillFile(Fd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {
  for (int i = 0; i < kTries; ++i) {
    status_ = look();
    if (status_.st_size > kSmall) return;
    in_memory_ = true;
    if (read_whole()) return;
    ::usleep(1000);
  }
  fail_changed();
}

struct stat StillFile::look() const {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0)
    throw SysError(errno, fmt::format("fstat({})", quoted(path_)));
  return status;
}

bool StillFile::still_as_it_was() const {
  const struct stat now = look();
  return now.st_size == status_.st_size && same(now.st_mtim, status_.st_mtim) &&
         same(now.st_ctim, status_.st_ctim);
}

bool StillFile::read_whole() {
  content_.resize(static_cast<size_t>(status_.st_size));
  return read_at(file_, content_.data(), content_.size(), 0, path_) == content_.size() &&
         still_as_it_was();
}

void StillFile::fail_changed() const {
  throw Error(fmt::format("{} was written to while it was read", quoted(path_)),
              "a program in the container is at it: try again, or stop the container first");
}

void StillFile::read(const std::function<void(std::string_view)>& write) const {
  if (in_memory_) return write(content_);
  std::vector<char> buffer(kPiece);
  for (off_t at = 0; at < status_.st_size;) {
    const auto wanted = static_cast<size_t>(std::min<off_t>(status_.st_size - at, kPiece));
    if (read_at(file_, buffer.data(), wanted, at, path_) != wanted) fail_changed();
    write({buffer.data(), wanted});
    at += static_cast<off_t>(wanted);
  }
  if (!still_as_it_was()) fail_changed();
}

}  // namespace lockstep::fetch
