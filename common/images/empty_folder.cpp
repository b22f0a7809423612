#include "common/images/empty_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "common/os/error.hpp"
#include "common/os/read_folder.hpp"

namespace lockstep::images {
namespace {

[[noreturn]] void fail(int code, const char* call, const std::string& name) {
  const char* hint = code == EBUSY ? "something is mounted there: a container may still run on it"
                     : code == EPERM || code == EACCES
                         ? "it belongs to another user: remove it as that user or as root"
                         : "";
  throw SysError(code, fmt::format("{}({})", call, quoted(name)), hint);
}

/// Gives the owner every permission on a folder. By descriptor: the name may mean another file by
/// now.
void allow_owner(const Fd& parent, const std::string& name) {
  const Fd folder(
      ::openat(parent.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder) ::chmod(folder.path().c_str(), S_IRWXU);  // if it fails, what is tried again says why
}

/// Calls `attempt`, which returns 0 or -1; where permission is lacking, takes it and calls again.
template <typename Attempt>
int with_permission(const Fd& parent, const std::string& name, Attempt attempt) {
  const int result = attempt();
  if (result >= 0 || errno != EACCES) return result;
  allow_owner(parent, name);
  return attempt();
}

/// False if `name` is a folder with something in it.
bool remove_leaf(const Fd& parent, const std::string& name) {
  if (::unlinkat(parent.get(), name.c_str(), 0) == 0 || errno == ENOENT) return true;
  const int code = errno;  // EISDIR on Linux, EPERM by POSIX; EPERM also for an immutable file
  if (::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0) return true;
  if (errno == ENOTEMPTY || errno == EEXIST) return false;
  fail(errno == ENOTDIR ? code : errno, "unlink", name);
}

/// A folder in a folder is not descended into but moved up into the top one, where it waits for its
/// turn: so neither a path nor the number of open descriptors grows with the depth.
class Emptier {
 public:
  explicit Emptier(const Fd& top) : top_(top) {}

  void run() {
    for (const std::string& name : names_in(top_)) {
      if (!remove_leaf(top_, name)) waiting_.push_back(name);
    }
    for (; !waiting_.empty(); waiting_.pop_front()) {
      const std::string& name = waiting_.front();
      empty(name);
      if (::unlinkat(top_.get(), name.c_str(), AT_REMOVEDIR) != 0) fail(errno, "rmdir", name);
    }
  }

 private:
  void empty(const std::string& name) {
    const Fd folder(with_permission(top_, name, [&] {
      return ::openat(top_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }));
    if (!folder) fail(errno, "open", name);
    if (::faccessat(folder.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
      ::fchmod(folder.get(), S_IRWXU);
    for (const std::string& inner : names_in(folder)) {
      if (!remove_leaf(folder, inner)) move_up(folder, inner);
    }
  }

  void move_up(const Fd& folder, const std::string& name) {
    for (;;) {
      const std::string above = fmt::format("{}.moved", ++moved_);
      const int moved = with_permission(folder, name, [&] {  // a folder's ".." is written to
        return ::renameat(folder.get(), name.c_str(), top_.get(), above.c_str());
      });
      if (moved == 0) return waiting_.push_back(above);
      if (errno == ENOENT) return;  // somebody else has removed it
      if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) fail(errno, "rename", name);
    }
  }

  const Fd& top_;
  std::deque<std::string> waiting_;
  uint64_t moved_ = 0;
};

}  // namespace

std::vector<std::string> names_in(const Fd& folder) {
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  Fd again(::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, Close> directory(again ? ::fdopendir(again.get()) : nullptr);
  if (!directory) fail(errno, "opendir", ".");
  again.release();
  std::vector<std::string> names;
  while (const dirent* entry = sys::next_entry(directory.get(), ".")) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void empty_folder(const Fd& folder) { Emptier(folder).run(); }

}  // namespace lockstep::images
