#include "04-overlay/lower_view.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <map>

#include "common/images/empty_folder.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"

namespace lockstep::overlay {
namespace {

/// Every layer has an open folder: the 1024 that a process may have by default are soon used up.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // if it fails, open(2) says what is the matter
}

/// False if there is no such name.
bool look(const Fd& folder, const std::string& name, struct stat& status) {
  if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno == ENOENT) return false;
  throw SysError(errno, fmt::format("stat({})", quoted(name)));
}

}  // namespace

LowerView::LowerView(const std::vector<std::string>& layers, images::Marks marks) : marks_(marks) {
  allow_many_descriptors();
  for (const std::string& layer : layers)
    cursors_.emplace_back(sys::open(layer, O_RDONLY | O_DIRECTORY));
}

std::optional<LowerView::Entry> LowerView::find(const std::string& name) const {
  struct stat status {};
  for (const images::TreeCursor& cursor : cursors_) {
    const Fd& here = cursor.here();
    if (cursor.depth() != depth_ || !look(here, name, status)) continue;
    if (images::is_whiteout(here, name, status, marks_)) return std::nullopt;
    Fd file(::openat(here.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!file) throw SysError(errno, fmt::format("open({})", quoted(cursor.path_of(name))));
    return Entry{std::move(file), status};
  }
  return std::nullopt;
}

std::vector<std::string> LowerView::names() const {
  std::map<std::string, bool> seen;  // whether it is one, and no whiteout
  struct stat status {};
  for (const images::TreeCursor& cursor : cursors_) {
    if (cursor.depth() != depth_) continue;
    for (const std::string& name : images::names_in(cursor.here())) {
      if (seen.count(name) != 0 || !look(cursor.here(), name, status)) continue;
      seen[name] = !images::is_whiteout(cursor.here(), name, status, marks_);
    }
  }
  std::vector<std::string> out;
  for (const auto& [name, is_there] : seen) {
    if (is_there) out.push_back(name);
  }
  return out;
}

void LowerView::enter(const std::string& name) {
  struct stat status {};
  for (images::TreeCursor& cursor : cursors_) {
    if (cursor.depth() != depth_ || !look(cursor.here(), name, status)) continue;
    if (!cursor.enter(name) || images::is_opaque(cursor.here(), marks_)) break;
  }
  ++depth_;
}

void LowerView::leave() {
  for (images::TreeCursor& cursor : cursors_) {
    if (cursor.depth() == depth_) cursor.leave();
  }
  --depth_;
}

}  // namespace lockstep::overlay
