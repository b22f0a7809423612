#include "rootfs-fetch/unpack.hpp"

#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>

#include "common/images/durable.hpp"
#include "common/images/overlay_marks.hpp"
#include "common/os/narrate.hpp"
#include "rootfs-fetch/file_source.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/layer_path.hpp"
#include "rootfs-fetch/layer_reader.hpp"
#include "rootfs-fetch/layer_tree.hpp"
#include "rootfs-fetch/losses.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {
namespace {

constexpr size_t kMostEntries = 1'000'000;     // each one takes memory, and an inode
constexpr const char* kReserved = ".wh..wh.";  // by other programs, for notes of their own

[[noreturn]] void fail_at(int code, const char* call, const std::string& path) {
  throw SysError(code, fmt::format("{}({})", call, quoted(path)), images::disk_hint(code));
}

Fd open_link_itself(const Fd& folder, const LayerPath& path) {
  Fd made(::openat(folder.get(), path.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!made) fail_at(errno, "open", path.text);
  return made;
}

class Unpacker {
 public:
  Unpacker(const Fd& folder, Shape shape, Nodes nodes) : tree_(folder, shape), nodes_(nodes) {}

  void run(LayerReader& layer, SizeLimit* limit) {
    limit_ = limit;
    tree_.begin_layer();
    for (size_t count = 1; archive_entry* entry = layer.next(); ++count) {
      if (count > kMostEntries)
        throw Error(fmt::format("the layer has more than {} entries", kMostEntries),
                    "no layer of use has: don't trust this image");
      const LayerPath path = LayerPath::parse(entry);
      if (path.name.starts_with(kWhiteout)) {
        hide(path);
      } else if (::archive_entry_hardlink(entry) != nullptr ||
                 ::archive_entry_hardlink_utf8(entry) != nullptr) {
        make_hard_link(path, LayerPath::parse_target(entry));
      } else {
        make(path, entry, layer);
      }
    }
  }

  void finish() { tree_.finish(giver_); }

 private:
  void hide(const LayerPath& path) {
    if (path.name == kOpaque) return tree_.hide_below(LayerPath::from(path.parent));
    if (path.name.starts_with(kReserved)) return;
    LayerPath hidden = path;
    hidden.name.erase(0, std::string_view(kWhiteout).size());
    if (hidden.name.empty() || hidden.name == "." || hidden.name == "..") {
      throw Error(fmt::format("{} in the layer hides no name", quoted(path.text)),
                  "such a layer was not made by packing files: don't trust it");
    }
    hidden.text = (path.parent.empty() ? "" : path.parent + "/") + hidden.name;
    tree_.hide(hidden);
  }

  void make(const LayerPath& path, archive_entry* entry, LayerReader& layer) {
    const Attributes attributes = attributes_of(entry);
    switch (::archive_entry_filetype(entry)) {
      case AE_IFDIR:
        return tree_.make_folder(path, attributes);
      case AE_IFREG:
        return make_file(path, attributes, ::archive_entry_size(entry), layer);
      case AE_IFLNK:
        return make_link(path, attributes, LayerPath::link_target(entry));
      case AE_IFIFO:
        return make_node(path, attributes, S_IFIFO, 0);
      case AE_IFCHR:
      case AE_IFBLK:
        return make_device(path, attributes, entry);
      default:
        throw Error(
            fmt::format("{} in the layer is a socket, which no tar can hold", quoted(path.text)));
    }
  }

  void make_file(const LayerPath& path, const Attributes& attributes, off_t size,
                 LayerReader& layer) {
    const Fd& folder = tree_.make_room(path);
    const Fd file(::openat(folder.get(), path.name.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                           attributes.mode & 0777));
    if (!file) fail_at(errno, "open", path.text);
    off_t end = 0;
    off_t written = 0;
    layer.read_content([&](std::string_view data, off_t offset) {
      const size_t size_of_piece = data.size();
      while (!data.empty()) {
        const ssize_t count = ::pwrite(file.get(), data.data(), data.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail_at(errno, "write", path.text);
        data.remove_prefix(static_cast<size_t>(count));
        offset += count;
      }
      end = std::max(end, offset);
      written += static_cast<off_t>(size_of_piece);
    });
    // Holes take no room here, but who copies the file will read them all.
    if (limit_ != nullptr && size > written) limit_->take(static_cast<uint64_t>(size - written));
    if (end != size && ::ftruncate(file.get(), size) != 0)
      fail_at(errno, "ftruncate", path.text);  // a hole at the end
    giver_.apply(file, attributes, path.text);
  }

  void make_link(const LayerPath& path, const Attributes& attributes, const std::string& target) {
    const Fd& folder = tree_.make_room(path);
    if (::symlinkat(target.c_str(), folder.get(), path.name.c_str()) != 0)
      fail_at(errno, "symlink", path.text);
    giver_.apply(open_link_itself(folder, path), attributes, path.text);
  }

  void make_node(const LayerPath& path, const Attributes& attributes, mode_t type, dev_t device) {
    const Fd& folder = tree_.make_room(path);
    if (::mknodat(folder.get(), path.name.c_str(), type | S_IRUSR | S_IWUSR, device) != 0)
      fail_at(errno, "mknod", path.text);
    giver_.apply(open_link_itself(folder, path), attributes, path.text);
  }

  /// The device 0/0 would be a whiteout to overlayfs, and is nobody's device.
  void make_device(const LayerPath& path, const Attributes& attributes, archive_entry* entry) {
    const dev_t device = makedev(static_cast<unsigned>(::archive_entry_rdevmajor(entry)),
                                 static_cast<unsigned>(::archive_entry_rdevminor(entry)));
    if (device == makedev(0, 0)) {
      throw Error(fmt::format("{} in the layer is a device node, which means something else to "
                              "overlayfs",
                              quoted(path.text)),
                  "a container gets its own /dev");
    }
    const bool may = images::own_marks() == images::Marks::kTrusted;  // root, and not borrowed
    if (nodes_ == Nodes::kMake && may)
      return make_node(path, attributes, ::archive_entry_filetype(entry), device);
    tree_.make_room(path);
    if (!may) return count_loss(Loss::kNode, path.text);
    narrate::say(
        fmt::format("(left out of the rootfs, where every user of this machine could open "
                    "it: the device node {})",
                    quoted(path.text)));
  }

  void make_hard_link(const LayerPath& path, const LayerPath& target) {
    const Fd from = tree_.open_folder_of_target(path, target);
    const Fd& folder = tree_.make_room(path);
    if (::linkat(from.get(), target.name.c_str(), folder.get(), path.name.c_str(), 0) == 0) return;
    if (errno != ENOENT) fail_at(errno, "link", path.text);
    throw Error(fmt::format("{} in the layer is a hard link to {}, which is not there",
                            quoted(path.text), quoted(target.text)));
  }

  LayerTree tree_;
  AttributeGiver giver_;
  const Nodes nodes_;
  SizeLimit* limit_ = nullptr;
};

void unpack(Unpacker& unpacker, ByteSource& blob, const images::Descriptor& layer,
            const std::string& diff_id, SizeLimit* limit) {
  LayerReader reader(blob, layer, limit);
  unpacker.run(reader, limit);
  const std::string found = reader.diff_id();
  if (found == diff_id) return;
  throw Error(fmt::format("the layer {} has the diff id {}, and the image's config says {}",
                          layer.digest, found, diff_id),
              images::kDamagedHint);
}

void unpack_stored(Unpacker& unpacker, const images::Store& store, const images::Descriptor& layer,
                   const std::string& diff_id, SizeLimit* limit) {
  FileSource blob(open_verified(store, layer), layer.digest);
  unpack(unpacker, blob, layer, diff_id, limit);
}

}  // namespace

void unpack_layer(ByteSource& blob, const images::Descriptor& layer, const std::string& diff_id,
                  const Fd& folder, SizeLimit* limit) {
  Unpacker unpacker(folder, Shape::kLayer, Nodes::kMake);
  unpack(unpacker, blob, layer, diff_id, limit);
  unpacker.finish();
}

void unpack_layer(const images::Store& store, const images::Descriptor& layer,
                  const std::string& diff_id, const Fd& folder, const std::string& name,
                  SizeLimit* limit) {
  Unpacker unpacker(folder, Shape::kLayer, Nodes::kMake);
  unpack_stored(unpacker, store, layer, diff_id, limit);
  unpacker.finish();
  images::sync_tree(folder, name);
}

void unpack_image(const images::Store& store, const Image& image, const Fd& folder,
                  const std::string& name, Nodes nodes, SizeLimit* limit) {
  Unpacker unpacker(folder, Shape::kTree, nodes);
  for (size_t i = 0; i < image.manifest.layers.size(); ++i)
    unpack_stored(unpacker, store, image.manifest.layers[i], image.config.diff_ids[i], limit);
  unpacker.finish();
  images::sync_tree(folder, name);
}

}  // namespace lockstep::fetch
