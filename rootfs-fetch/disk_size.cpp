#include "rootfs-fetch/disk_size.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <set>
#include <utility>
#include <vector>

#include "common/images/empty_folder.hpp"
#include "common/images/tree_cursor.hpp"
#include "common/os/error.hpp"

namespace lockstep::fetch {
namespace {

constexpr int64_t kBlock = 512;  // of st_blocks

class Sum {
 public:
  explicit Sum(const Fd& folder) : cursor_(folder.duplicate()) {}

  /// Folder by folder, without recursion.
  int64_t run() {
    std::vector<std::vector<std::string>> waiting = {folders_here()};
    while (!waiting.empty()) {
      if (waiting.back().empty()) {
        waiting.pop_back();
        if (cursor_.depth() > 0) cursor_.leave();
        continue;
      }
      const std::string name = std::move(waiting.back().back());
      waiting.back().pop_back();
      if (enter(name)) waiting.push_back(folders_here());
    }
    return sum_;
  }

 private:
  bool enter(const std::string& name) {
    try {
      return cursor_.enter(name);
    } catch (const SysError&) {  // closed to us
      return false;
    }
  }

  /// Adds everything in the folder; returns the folders among it.
  std::vector<std::string> folders_here() {
    std::vector<std::string> folders;
    for (const std::string& name : images::names_in(cursor_.here())) {
      struct stat status {};
      if (::fstatat(cursor_.here().get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      const bool counted = status.st_nlink > 1 && !S_ISDIR(status.st_mode) &&
                           !seen_.insert({status.st_dev, status.st_ino}).second;
      if (!counted) sum_ += status.st_blocks * kBlock;
      if (S_ISDIR(status.st_mode)) folders.push_back(name);
    }
    return folders;
  }

  images::TreeCursor cursor_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  int64_t sum_ = 0;
};

}  // namespace

int64_t disk_size(const Fd& folder) { return Sum(folder).run(); }

}  // namespace lockstep::fetch
