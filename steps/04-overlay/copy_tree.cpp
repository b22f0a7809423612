#include "04-overlay/copy_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <utility>
#include <vector>

#include "04-overlay/copy_entry.hpp"
#include "common/images/durable.hpp"
#include "common/images/empty_folder.hpp"
#include "common/images/overlay_marks.hpp"
#include "common/images/tree_cursor.hpp"
#include "common/os/beneath.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"

namespace lockstep::overlay {
namespace {

Fd opened_again(const Fd& folder) {
  Fd again(::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!again) throw SysError(errno, "open(\".\")");
  return again;
}

/// Two cursors that go through both trees side by side, and the names that are still to be copied at
/// each depth.
class TreeCopier {
 public:
  TreeCopier(const Fd& from, const Fd& to, const images::Owners& owners)
      : from_(opened_again(from)), to_(opened_again(to)), root_(to.duplicate()), owners_(owners) {}

  void run() {
    if (images::is_opaque(from_.here(), marks_)) images::empty_folder(to_.here());
    waiting_.push_back(images::names_in(from_.here()));
    for (;;) {
      if (!waiting_.back().empty()) {
        const std::string name = std::move(waiting_.back().back());
        waiting_.back().pop_back();
        copy(name);
        continue;
      }
      // Last: its time is the copy's by now.
      copy_attributes(from_.here(), to_.here(), from_.path(), owners_);
      waiting_.pop_back();
      if (waiting_.empty()) return;
      from_.leave();
      to_.leave();
    }
  }

 private:
  void copy(const std::string& name) {
    const Entry entry{from_.here(), to_.here(), name, from_.path_of(name), owners_};
    struct stat status {};
    if (::fstatat(from_.here().get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      throw SysError(errno, fmt::format("fstatat({})", quoted(entry.path)));
    if (images::is_whiteout(from_.here(), name, status, marks_)) return remove(name);
    if (S_ISDIR(status.st_mode)) return enter(name);
    remove(name);
    if (status.st_nlink > 1 && is_link_made(status, entry)) return;
    copy_entry(entry, status);
  }

  void enter(const std::string& name) {
    const std::string path = from_.path_of(name);
    if (!from_.enter(name))
      throw Error(fmt::format("{} changed while it was copied", quoted(path)));
    struct stat there {};
    const bool on_a_folder =
        ::fstatat(to_.here().get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(there.st_mode);
    if (!on_a_folder || images::is_opaque(from_.here(), marks_)) {
      remove(name);
      sys::make_directory(to_.here(), name, 0700);
    }
    if (!to_.enter(name)) throw Error(fmt::format("{} changed while it was copied", quoted(path)));
    waiting_.push_back(images::names_in(from_.here()));
  }

  /// What lower layers have put there.
  void remove(const std::string& name) {
    const int folder = to_.here().get();
    if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return;
    const Fd inner(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (inner) images::empty_folder(inner);
    if (::unlinkat(folder, name.c_str(), AT_REMOVEDIR) == 0) return;
    throw SysError(errno, fmt::format("unlink({})", quoted(to_.path_of(name))));
  }

  /// The second name of a file becomes a link to the copy of the first.
  bool is_link_made(const struct stat& status, const Entry& entry) {
    const auto [known, is_first] = links_.try_emplace({status.st_dev, status.st_ino}, entry.path);
    if (is_first) return false;
    const size_t slash = known->second.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : known->second.substr(0, slash);
    const auto opened = root_.open(folder, O_PATH | O_DIRECTORY);
    return opened && ::linkat(opened->get(), known->second.c_str() + slash + 1, to_.here().get(),
                              entry.name.c_str(), 0) == 0;  // else it is copied: too many links
  }

  images::TreeCursor from_;
  images::TreeCursor to_;
  const Beneath root_;
  const images::Owners& owners_;
  const images::Marks marks_ = images::own_marks();
  std::vector<std::vector<std::string>> waiting_;
  std::map<std::pair<dev_t, ino_t>, std::string> links_;
};

}  // namespace

void copy_tree(const Fd& from, const Fd& to, const images::Owners& owners) {
  try {
    TreeCopier(from, to, owners).run();
  } catch (const SysError& error) {
    throw SysError(SysError::Verbatim(), error.code(), fmt::format("copying: {}", error.what()),
                   error.hint().empty() ? images::disk_hint(error.code()) : error.hint(),
                   error.failure());
  }
}

}  // namespace lockstep::overlay
