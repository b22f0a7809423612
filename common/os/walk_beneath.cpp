#include "common/os/walk_beneath.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <vector>

namespace lockstep {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel's own limit, path_resolution(7)

/// The folders that lead from the root to where the walk is: ".." goes back along them, and stops
/// at the root; it never asks the file system, where a folder may have been moved meanwhile.
class Walk {
 public:
  Walk(const Fd& root, const fs::path& path) : root_(root) { push_front(path); }

  int finish(int flags) {
    while (!rest_.empty()) {
      const std::string name = rest_.front();
      rest_.pop_front();
      if (name == "." || name.empty()) continue;
      if (name == "..") {
        if (!trail_.empty()) trail_.pop_back();
        continue;
      }
      const bool last = rest_.empty();
      if (last && (flags & O_NOFOLLOW) != 0) return ::openat(here(), name.c_str(), flags);
      if (!step(name)) return -1;
    }
    return reopen(flags);
  }

 private:
  int here() const { return trail_.empty() ? root_.get() : trail_.back().get(); }

  void push_front(const fs::path& path) {
    std::vector<std::string> parts;
    for (const fs::path& part : path) parts.push_back(part.string());
    rest_.insert(rest_.begin(), parts.begin(), parts.end());
  }

  bool step(const std::string& name) {
    Fd next(::openat(here(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return false;
    struct stat status {};
    if (::fstat(next.get(), &status) != 0) return false;
    if (!S_ISLNK(status.st_mode)) {
      trail_.push_back(std::move(next));
      return true;
    }
    return follow(next);
  }

  bool follow(const Fd& link) {
    struct statfs where {};
    const bool magic = ::fstatfs(link.get(), &where) == 0 && where.f_type == PROC_SUPER_MAGIC;
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlinkat(link.get(), "", target.data(), target.size());
    if (length < 0) return false;
    if (magic || ++links_ > kMostLinks) {
      errno = ELOOP;
      return false;
    }
    const fs::path path(std::string(target.data(), static_cast<size_t>(length)));
    if (path.is_absolute()) trail_.clear();
    push_front(path.relative_path());
    return true;
  }

  /// The walk holds O_PATH descriptors; the caller may want to read or write.
  int reopen(int flags) const {
    if ((flags & O_PATH) != 0) {
      struct stat status {};
      if (::fstat(here(), &status) != 0) return -1;
      if ((flags & O_DIRECTORY) != 0 && !S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        return -1;
      }
      return ::fcntl(here(), F_DUPFD_CLOEXEC, 3);
    }
    const std::string path = "/proc/self/fd/" + std::to_string(here());
    return ::open(path.c_str(), flags & ~O_NOFOLLOW);
  }

  const Fd& root_;
  std::vector<Fd> trail_;
  std::deque<std::string> rest_;
  int links_ = 0;
};

}  // namespace

int walk_beneath(const Fd& root, const fs::path& path, int flags) {
  return Walk(root, path).finish(flags);
}

}  // namespace lockstep
