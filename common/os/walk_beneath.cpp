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
      if (name == "." || name == ".." || name.empty()) {  // empty: behind a last slash
        if (!is_folder()) return -1;
        if (name == ".." && !trail_.empty()) trail_.pop_back();
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
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlinkat(link.get(), "", target.data(), target.size());
    if (length < 0) return false;
    const std::string text(target.data(), static_cast<size_t>(length));
    if (is_magic(link, text) || ++links_ > kMostLinks) {
      errno = ELOOP;
      return false;
    }
    const fs::path path(text);
    if (path.is_absolute()) trail_.clear();
    push_front(path.relative_path());
    return true;
  }

  /// /proc/PID/cwd, /proc/PID/fd/N and their kin lead to a file whatever their text says. It is an
  /// absolute path or "pipe:[4711]"; that of the ordinary links there ("self", "mounts", "net") is
  /// neither.
  static bool is_magic(const Fd& link, const std::string& text) {
    struct statfs where {};
    if (::fstatfs(link.get(), &where) != 0 || where.f_type != PROC_SUPER_MAGIC) return false;
    return text.empty() || text[0] == '/' || text.find(':') != std::string::npos;
  }

  /// Whether the walk is at a folder; errno says that it isn't.
  bool is_folder() const {
    struct stat status {};
    if (::fstat(here(), &status) != 0) return false;
    errno = ENOTDIR;
    return S_ISDIR(status.st_mode);
  }

  /// The walk holds O_PATH descriptors; the caller may want to read or write.
  int reopen(int flags) const {
    if ((flags & O_PATH) != 0) {
      if ((flags & O_DIRECTORY) != 0 && !is_folder()) return -1;
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
