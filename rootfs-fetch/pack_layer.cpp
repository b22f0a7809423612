#include "rootfs-fetch/pack_layer.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <map>

#include "common/images/empty_folder.hpp"
#include "common/images/overlay_marks.hpp"
#include "common/images/tree_cursor.hpp"
#include "common/images/xattrs.hpp"
#include "common/os/narrate.hpp"
#include "rootfs-fetch/layer_path.hpp"
#include "rootfs-fetch/still_file.hpp"
#include "rootfs-fetch/tar_writer.hpp"

namespace lockstep::fetch {
namespace {

/// libarchive writes seconds and fraction one behind the other: -2 + 0.75 must go in as -1 and 0.25.
void set_mtime(archive_entry* header, const timespec& time) {
  const bool split = time.tv_sec < -1 && time.tv_nsec > 0;
  ::archive_entry_set_mtime(header, split ? time.tv_sec + 1 : time.tv_sec,
                            split ? 1'000'000'000 - time.tv_nsec : time.tv_nsec);
}

class Packer {
 public:
  Packer(const Fd& upper, const TarWriter::Write& write, const images::Owners& owners)
      : tar_(write), cursor_(upper.duplicate()), owners_(owners) {}

  void run() {
    add_folder(cursor_.here(), ".");
    walk();
    tar_.finish();
  }

 private:
  /// Folder by folder, without recursion: a container may nest them as deep as it likes.
  void walk() {
    std::vector<std::vector<std::string>> waiting = {open_folder()};
    while (!waiting.empty()) {
      if (waiting.back().empty()) {
        waiting.pop_back();
        if (cursor_.depth() > 0) cursor_.leave();
        continue;
      }
      const std::string name = std::move(waiting.back().back());
      waiting.back().pop_back();
      if (add(name) && cursor_.enter(name)) waiting.push_back(open_folder());
    }
  }

  /// Adds its whiteouts, which are to stand before all else; returns the other names, the first
  /// last.
  std::vector<std::string> open_folder() {
    const Fd& here = cursor_.here();
    if (cursor_.depth() > 0 && images::is_opaque(here, marks_)) add_whiteout(kOpaque);
    std::vector<std::string> rest;
    for (const std::string& name : images::names_in(here)) {
      struct stat status {};
      if (::fstatat(here.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) throw SysError(errno, fmt::format("stat({})", quoted(path_of(name))));
      } else if (images::is_whiteout(here, name, status, marks_)) {
        add_whiteout(kWhiteout + name);
      } else {
        rest.push_back(name);
      }
    }
    std::reverse(rest.begin(), rest.end());
    return rest;
  }

  std::string path_of(const std::string& name) const {
    std::string path = cursor_.path_of(name);
    if (path.size() + std::string_view(kOpaque).size() < LayerPath::kLongest) return path;
    throw Error(fmt::format("{}… is nested so deep that its path has {} bytes", path.substr(0, 60),
                            path.size()),
                fmt::format("a layer's paths have at most {}: remove it", LayerPath::kLongest));
  }

  void add_whiteout(const std::string& name) {
    if (name.size() > NAME_MAX) {
      throw Error(fmt::format("{} was removed, and its name is too long to say so in a layer",
                              quoted(path_of(name.substr(4)))));
    }
    const TarHeader header = header_of(path_of(name));
    ::archive_entry_set_filetype(header.get(), AE_IFREG);
    tar_.add(header);
  }

  void set_attributes(archive_entry* header, struct stat status, images::Xattrs xattrs) const {
    images::renumber(status, owners_);
    images::renumber(xattrs, owners_);
    ::archive_entry_set_filetype(header, status.st_mode & S_IFMT);
    ::archive_entry_set_perm(header, status.st_mode & 07777U);
    ::archive_entry_set_uid(header, status.st_uid);
    ::archive_entry_set_gid(header, status.st_gid);
    set_mtime(header, status.st_mtim);
    for (const auto& [name, value] : xattrs)
      ::archive_entry_xattr_add_entry(header, name.c_str(), value.data(), value.size());
  }

  void add_folder(const Fd& folder, const std::string& path) {
    struct stat status {};
    if (::fstat(folder.get(), &status) != 0)
      throw SysError(errno, fmt::format("fstat({})", quoted(path)));
    const TarHeader header = header_of(path);
    set_attributes(header.get(), status, images::read_xattrs(folder, path));
    tar_.add(header);
  }

  /// Adds the entry; whether it is a folder. What is gone by now was removed, and that is all.
  bool add(const std::string& name) {
    const std::string path = path_of(name);
    refuse_name(name, path);
    const Fd entry(::openat(cursor_.here().get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!entry && errno == ENOENT) return false;
    struct stat status {};
    if (!entry || ::fstat(entry.get(), &status) != 0)
      throw SysError(errno, fmt::format("open({})", quoted(path)));
    images::refuse_references(entry, marks_, path);
    if (S_ISDIR(status.st_mode)) {
      add_folder(entry, path);
      return true;
    }
    if (S_ISSOCK(status.st_mode)) {
      narrate::say(
          fmt::format("(left out: {} is a socket, which no image can hold)", quoted(path)));
    } else if (!add_as_hard_link(path, status)) {
      S_ISREG(status.st_mode) ? add_file(entry, path) : add_node(entry, path, status);
    }
    return false;
  }

  static void refuse_name(const std::string& name, const std::string& path) {
    if (!name.starts_with(kWhiteout)) return;
    throw Error(fmt::format("{} can't be put into an image: there a name that begins with .wh. "
                            "means that something was removed",
                            quoted(path)),
                "remove it, or give it another name");
  }

  bool add_as_hard_link(const std::string& path, const struct stat& status) {
    if (status.st_nlink < 2) return false;
    const auto [first, is_first] = names_.try_emplace({status.st_dev, status.st_ino}, path);
    if (is_first) return false;
    const TarHeader header = header_of(path);
    ::archive_entry_set_filetype(header.get(), AE_IFREG);
    ::archive_entry_set_hardlink(header.get(), first->second.c_str());
    tar_.add(header);
    return true;
  }

  void add_file(const Fd& entry, const std::string& path) {
    Fd file(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw SysError(errno, fmt::format("open({})", quoted(path)));
    const StillFile still(std::move(file), path);
    const TarHeader header = header_of(path);
    set_attributes(header.get(), still.status(), images::read_xattrs(entry, path));
    ::archive_entry_set_size(header.get(), still.status().st_size);
    tar_.add(header);
    still.read([this](std::string_view data) { tar_.add_content(data); });
  }

  void add_node(const Fd& entry, const std::string& path, const struct stat& status) {
    const TarHeader header = header_of(path);
    set_attributes(header.get(), status, images::read_xattrs(entry, path));
    if (S_ISLNK(status.st_mode)) {
      std::string target(PATH_MAX, '\0');
      const ssize_t length = ::readlinkat(entry.get(), "", target.data(), target.size());
      if (length < 0) throw SysError(errno, fmt::format("readlink({})", quoted(path)));
      target.resize(static_cast<size_t>(length));
      ::archive_entry_set_symlink(header.get(), target.c_str());
    } else {
      ::archive_entry_set_rdevmajor(header.get(), major(status.st_rdev));
      ::archive_entry_set_rdevminor(header.get(), minor(status.st_rdev));
    }
    tar_.add(header);
  }

  TarWriter tar_;
  images::TreeCursor cursor_;
  const images::Owners& owners_;
  const images::Marks marks_ = images::own_marks();
  std::map<std::pair<dev_t, ino_t>, std::string> names_;  // of files that have several
};

}  // namespace

void pack_layer(const Fd& upper, const TarWriter::Write& write, const images::Owners& owners) {
  Packer(upper, write, owners).run();
}

}  // namespace lockstep::fetch
