#include "common/images/tree_cursor.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "common/os/error.hpp"

namespace lockstep::images {
namespace {

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct stat look_at(const Fd& folder, const std::string& path) {
  struct stat status {};
  if (::fstat(folder.get(), &status) != 0)
    throw SysError(errno, fmt::format("fstat({})", quoted(path)));
  return status;
}

}  // namespace

TreeCursor::TreeCursor(Fd root) : here_(std::move(root)) {}

std::string TreeCursor::path_of(const std::string& name) const {
  return path_.empty() ? name : path_ + "/" + name;
}

bool TreeCursor::enter(const std::string& name) {
  Fd next(::openat(here_.get(), name.c_str(), kOpenFolder));
  if (!next) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return false;
    throw SysError(errno, fmt::format("open({})", quoted(path_of(name))));
  }
  const struct stat status = look_at(here_, path_);
  trail_.push_back({status.st_dev, status.st_ino, path_.size()});
  path_ = path_of(name);
  here_ = std::move(next);
  return true;
}

void TreeCursor::leave() {
  const Level& level = trail_.back();
  Fd above(::openat(here_.get(), "..", kOpenFolder));
  if (!above) throw SysError(errno, fmt::format("open({})", quoted(path_ + "/..")));
  const struct stat status = look_at(above, path_ + "/..");
  if (status.st_dev != level.device || status.st_ino != level.inode) {
    throw Error(fmt::format("{} was moved while it was read", quoted("/" + path_)), "try again");
  }
  here_ = std::move(above);
  path_.resize(level.path_length);
  trail_.pop_back();
}

bool TreeCursor::is_above(const std::string& path) const {
  return path_.empty() ||
         (path.size() > path_.size() && path.starts_with(path_) && path[path_.size()] == '/');
}

std::string TreeCursor::next_towards(const std::string& path) const {
  const size_t from = path_.empty() ? 0 : path_.size() + 1;
  return path.substr(from, path.find('/', from) - from);
}

bool TreeCursor::go_to(const std::string& path) {
  while (path_ != path && !is_above(path)) leave();
  while (path_ != path) {
    if (!enter(next_towards(path))) return false;
  }
  return true;
}

}  // namespace lockstep::images
