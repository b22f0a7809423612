#include "rootfs-fetch/unpack.hpp"

#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <set>
#include <vector>

#include "common/images/durable.hpp"
#include "common/os/beneath.hpp"
#include "rootfs-fetch/layer_path.hpp"
#include "rootfs-fetch/layer_reader.hpp"

namespace lockstep::fetch {
namespace {

struct Attributes {
  mode_t mode = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  timespec mtime{};
};

Attributes attributes_of(archive_entry* entry) {
  return {static_cast<mode_t>(::archive_entry_perm(entry)),
          static_cast<uid_t>(::archive_entry_uid(entry)),
          static_cast<gid_t>(::archive_entry_gid(entry)),
          {::archive_entry_mtime(entry), ::archive_entry_mtime_nsec(entry)}};
}

[[noreturn]] void fail_at(int code, const char* call, const std::string& path) {
  throw SysError(code, fmt::format("{}({})", call, quoted(path)), images::disk_hint(code));
}

class Unpacker {
 public:
  Unpacker(LayerReader& layer, const Fd& folder) : layer_(layer), beneath_(folder.duplicate()) {}

  void run() {
    while (archive_entry* entry = layer_.next()) {
      const LayerPath path = LayerPath::parse(entry);
      refuse_below_link(path);
      if (::archive_entry_hardlink(entry) != nullptr) {
        make_hard_link(path, LayerPath::parse_target(entry));
      } else {
        make(path, entry);
      }
    }
    // Only now, and the inner ones first: a folder may be without write permission, and each file
    // that is made in it changes its time.
    for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
      const auto opened = beneath_.open(folder->first, O_RDONLY | O_DIRECTORY);
      if (!opened) fail_at(ENOENT, "open", folder->first);
      apply(*opened, folder->second, folder->first);
    }
  }

 private:
  void make(const LayerPath& path, archive_entry* entry) {
    switch (::archive_entry_filetype(entry)) {
      case AE_IFDIR:
        return make_folder(path, attributes_of(entry));
      case AE_IFREG:
        return make_file(path, attributes_of(entry), ::archive_entry_size(entry));
      case AE_IFLNK:
        return make_link(path, attributes_of(entry), LayerPath::link_target(entry));
      case AE_IFIFO:
        return make_fifo(path, attributes_of(entry));
      default:
        throw Error(
            fmt::format("{} in the layer is a device node or a socket, which is not unpacked",
                        quoted(path.text)),
            "a container gets its own /dev");
    }
  }

  /// A link of this layer leads where the image's maker likes, and nobody who packs files has a
  /// name below one.
  void refuse_below_link(const LayerPath& path) const {
    for (size_t slash = path.text.find('/'); slash != std::string::npos;
         slash = path.text.find('/', slash + 1)) {
      const std::string above = path.text.substr(0, slash);
      if (links_.count(above) == 0) continue;
      throw Error(fmt::format("{} in the layer lies below the symbolic link {}", quoted(path.text),
                              quoted(above)),
                  "such a layer was not made by packing files: don't trust it");
    }
  }

  Fd parent_of(const LayerPath& path) {
    if (auto there = beneath_.open(path.parent, O_PATH | O_DIRECTORY)) return std::move(*there);
    return beneath_.make_directories(path.parent);
  }

  [[noreturn]] static void fail_to_make(const LayerPath& path, const char* call) {
    const int code = errno;
    if (code == EEXIST) throw Error(fmt::format("{} stands in the layer twice", quoted(path.text)));
    fail_at(code, call, path.text);
  }

  void make_folder(const LayerPath& path, const Attributes& attributes) {
    folders_.emplace_back(path.text, attributes);
    if (path.text.empty()) return;  // the root itself
    const Fd parent = parent_of(path);
    if (::mkdirat(parent.get(), path.name.c_str(), S_IRWXU) == 0) return;
    const int code = errno;
    struct stat status {};
    if (code == EEXIST &&
        ::fstatat(parent.get(), path.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(status.st_mode)) {
      return;  // it came to be with something below it
    }
    errno = code;
    fail_to_make(path, "mkdir");
  }

  void make_file(const LayerPath& path, const Attributes& attributes, off_t size) {
    const Fd parent = parent_of(path);
    const Fd file(::openat(parent.get(), path.name.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                           S_IRUSR | S_IWUSR));
    if (!file) fail_to_make(path, "open");
    layer_.read_content([&](std::string_view data, off_t offset) {
      while (!data.empty()) {
        const ssize_t count = ::pwrite(file.get(), data.data(), data.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail_at(errno, "write", path.text);
        data.remove_prefix(static_cast<size_t>(count));
        offset += count;
      }
    });
    if (::ftruncate(file.get(), size) != 0)
      fail_at(errno, "ftruncate", path.text);  // a hole at the end
    apply(file, attributes, path.text);
  }

  void make_link(const LayerPath& path, const Attributes& attributes, const std::string& target) {
    const Fd parent = parent_of(path);
    if (::symlinkat(target.c_str(), parent.get(), path.name.c_str()) != 0)
      fail_to_make(path, "symlink");
    links_.insert(path.text);
    if (as_root_ && ::fchownat(parent.get(), path.name.c_str(), attributes.uid, attributes.gid,
                               AT_SYMLINK_NOFOLLOW) != 0) {
      fail_at(errno, "chown", path.text);
    }
    const std::array<timespec, 2> times{attributes.mtime, attributes.mtime};
    ::utimensat(parent.get(), path.name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
  }

  void make_fifo(const LayerPath& path, const Attributes& attributes) {
    const Fd parent = parent_of(path);
    if (::mkfifoat(parent.get(), path.name.c_str(), S_IRUSR | S_IWUSR) != 0)
      fail_to_make(path, "mkfifo");
    const Fd fifo(
        ::openat(parent.get(), path.name.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!fifo) fail_at(errno, "open", path.text);
    apply(fifo, attributes, path.text);
  }

  void make_hard_link(const LayerPath& path, const LayerPath& target) {
    refuse_below_link(target);
    const Fd parent = parent_of(path);
    const auto from = beneath_.open(target.parent, O_PATH | O_DIRECTORY);
    if (from &&
        ::linkat(from->get(), target.name.c_str(), parent.get(), path.name.c_str(), 0) == 0) {
      if (links_.count(target.text) != 0) links_.insert(path.text);
      return;
    }
    if (!from || errno == ENOENT) {
      throw Error(fmt::format("{} in the layer is a hard link to {}, which is not there",
                              quoted(path.text), quoted(target.text)));
    }
    fail_to_make(path, "link");
  }

  /// The owner first: chown(2) takes the set-uid bit away.
  void apply(const Fd& file, const Attributes& attributes, const std::string& path) const {
    if (as_root_ && ::fchown(file.get(), attributes.uid, attributes.gid) != 0)
      fail_at(errno, "chown", path);
    if (::fchmod(file.get(), attributes.mode) != 0) fail_at(errno, "chmod", path);
    const std::array<timespec, 2> times{attributes.mtime, attributes.mtime};
    if (::futimens(file.get(), times.data()) != 0) fail_at(errno, "futimens", path);
  }

  LayerReader& layer_;
  const Beneath beneath_;
  const bool as_root_ = ::geteuid() == 0;
  std::set<std::string> links_;
  std::vector<std::pair<std::string, Attributes>> folders_;
};

}  // namespace

void unpack_layer(const images::Store& store, const images::Descriptor& layer,
                  const std::string& diff_id, const Fd& folder, const std::string& name) {
  LayerReader reader(open_verified(store, layer), layer);
  Unpacker(reader, folder).run();
  const std::string found = reader.diff_id();
  if (found != diff_id) {
    throw Error(fmt::format("the layer {} has the diff id {}, and the image's config says {}",
                            layer.digest, found, diff_id),
                images::kDamagedHint);
  }
  images::sync_tree(folder, name);
}

}  // namespace lockstep::fetch
