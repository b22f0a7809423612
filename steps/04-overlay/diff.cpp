#include "04-overlay/diff.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "04-overlay/lower_view.hpp"
#include "common/images/empty_folder.hpp"
#include "common/images/xattrs.hpp"
#include "common/os/error.hpp"

namespace lockstep::overlay {
namespace {

using Entry = LowerView::Entry;

std::string link_target(const Entry& entry) {
  std::string target(PATH_MAX, '\0');
  const ssize_t length = ::readlinkat(entry.file.get(), "", target.data(), target.size());
  return target.substr(0, static_cast<size_t>(std::max<ssize_t>(length, 0)));
}

/// With the owners that it has in the container's tree.
images::Xattrs xattrs_of(const Entry& below, const images::Owners& owners) {
  images::Xattrs xattrs = images::read_xattrs(below.file, "");
  images::renumber(xattrs, owners);
  return xattrs;
}

bool same_attributes(const Entry& below, const Entry& now, const images::Owners& owners) {
  const struct stat& a = below.status;
  const struct stat& b = now.status;
  return a.st_mode == b.st_mode && a.st_uid == b.st_uid && a.st_gid == b.st_gid &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
         xattrs_of(below, owners) == images::read_xattrs(now.file, "");
}

/// Where all files were copied: whether it is still the copy, as far as can be told without reading
/// it all.
bool same_file(const Entry& one, const Entry& other, const images::Owners& owners) {
  return same_attributes(one, other, owners) && one.status.st_rdev == other.status.st_rdev &&
         (!S_ISREG(one.status.st_mode) || one.status.st_size == other.status.st_size) &&
         (!S_ISLNK(one.status.st_mode) || link_target(one) == link_target(other));
}

class Comparison {
 public:
  Comparison(const Changes& changes, const ReportChange& report)
      : changes_(changes),
        report_(report),
        upper_(changes.tree.duplicate()),
        lower_(changes.layers, changes.marks) {}

  /// Folder by folder, without recursion: a container may nest them as deep as it likes.
  void run() {
    report_root();
    open_folder(changes_.whole, true);
    while (!levels_.empty()) {
      if (levels_.back().waiting.empty()) {
        close_folder();
        continue;
      }
      const std::string name = std::move(levels_.back().waiting.back());
      levels_.back().waiting.pop_back();
      compare(name);
    }
  }

 private:
  /// A folder that the comparison stands in, or below.
  struct Level {
    std::vector<std::string> waiting;  // the first last
    bool hides;                        // what lies below doesn't shine through: it was deleted
    bool reported;
    size_t path_length;
  };

  void open_folder(bool hides, bool reported) {
    std::vector<std::string> names = images::names_in(upper_.here());
    if (hides) {
      const std::vector<std::string> below = lower_.names();
      names.insert(names.end(), below.begin(), below.end());
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
    }
    std::reverse(names.begin(), names.end());
    levels_.push_back({std::move(names), hides, reported, upper_.path().size()});
  }

  void close_folder() {
    levels_.pop_back();
    if (levels_.empty()) return;
    upper_.leave();
    lower_.leave();
  }

  /// First the folders above it, which have changed by that.
  void report(char kind, const std::string& path) {
    for (Level& level : levels_) {
      if (!level.reported) report_('C', "/" + path.substr(0, level.path_length));
      level.reported = true;
    }
    report_(kind, "/" + path);
  }

  /// Its time says nothing: the upper folder was made for the container.
  void report_root() {
    const Entry now = open_root(changes_.tree);
    Entry before = open_root(Fd(::open(changes_.layers.at(0).c_str(), O_PATH | O_CLOEXEC)));
    images::renumber(before.status, changes_.owners);
    const bool same = now.status.st_mode == before.status.st_mode &&
                      now.status.st_uid == before.status.st_uid &&
                      now.status.st_gid == before.status.st_gid;
    if (!same) report_('C', "/");
  }

  static Entry open_root(const Fd& folder) {
    Entry entry{folder.duplicate(), {}};
    if (::fstat(entry.file.get(), &entry.status) != 0) throw SysError(errno, "fstat(a root)");
    return entry;
  }

  void compare(const std::string& name) {
    std::optional<Entry> before = lower_.find(name);
    if (before) images::renumber(before->status, changes_.owners);
    const std::optional<Entry> now = find(name);
    const std::string path = upper_.path_of(name);
    if (!now) {
      if (before) report('D', path);
      return;
    }
    images::refuse_references(now->file, changes_.marks, path);
    const bool is_folder = S_ISDIR(now->status.st_mode);
    const bool both_folders = before && is_folder && S_ISDIR(before->status.st_mode);
    const bool same = before && (both_folders     ? same_attributes(*before, *now, changes_.owners)
                                 : changes_.whole ? same_file(*before, *now, changes_.owners)
                                                  : false);
    if (!same) report(before ? 'C' : 'A', path);
    if (is_folder) go_into(name, !same);
  }

  /// What the container has of that name; nothing if it isn't there, or a whiteout.
  std::optional<Entry> find(const std::string& name) const {
    Entry entry{Fd(::openat(upper_.here().get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)),
                {}};
    if (!entry.file && errno == ENOENT) return std::nullopt;
    if (!entry.file || ::fstat(entry.file.get(), &entry.status) != 0)
      throw SysError(errno, fmt::format("open({})", quoted(upper_.path_of(name))));
    if (images::is_whiteout(entry.status) ||
        images::is_marked_whiteout(entry.file, entry.status, changes_.marks)) {
      return std::nullopt;
    }
    return entry;
  }

  void go_into(const std::string& name, bool reported) {
    if (!upper_.enter(name)) return;  // removed a moment ago
    lower_.enter(name);
    const bool hides = levels_.back().hides || images::is_opaque(upper_.here(), changes_.marks);
    open_folder(hides, reported);
  }

  const Changes& changes_;
  const ReportChange& report_;
  images::TreeCursor upper_;
  LowerView lower_;
  std::vector<Level> levels_;
};

}  // namespace

void report_changes(const Changes& changes, const ReportChange& report) {
  Comparison(changes, report).run();
}

}  // namespace lockstep::overlay
