#include "04-overlay/sandbox.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "04-overlay/image_volumes.hpp"
#include "04-overlay/sandbox_end.hpp"
#include "common/images/durable.hpp"
#include "common/images/image.hpp"
#include "common/images/location.hpp"
#include "common/os/files.hpp"
#include "common/users/own_root.hpp"

namespace lockstep::overlay {
namespace {

void clear_leftover(const oci::Config& config, const std::string& sandbox,
                    const std::string& spare) {
  struct stat status {};
  if (::lstat(sandbox.c_str(), &status) != 0 && errno == ENOENT) return;
  const std::string owner = owner_of(sandbox);
  if (owner == own_state(config.id)) return remove_sandbox(sandbox, spare);
  const std::string root = owner.substr(0, owner.rfind('/'));
  throw Error(fmt::format("the sandbox {} belongs to container {} of --root {}", sandbox,
                          quoted(config.id), quoted(root)),
              fmt::format("choose another --id, or remove that one: `--root {} delete {}`", root,
                          config.id));
}

void write_file(const Fd& folder, const char* name, const std::string& text) {
  const Fd file(
      ::openat(folder.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) {
    const int code = errno;
    throw SysError(code, fmt::format("open({}, O_CREAT)", quoted(name)), images::disk_hint(code));
  }
  write_all(file, text, name);
}

/// Gives `upper` the owner and the mode of the layer below. Both are asked for here, for the numbers
/// may be others: see users::with_root_if_needed.
void make_alike(const Fd& upper, const std::string& topmost) {
  struct stat below {};
  struct stat now {};
  if (::stat(topmost.c_str(), &below) != 0)
    throw SysError(errno, fmt::format("stat({})", quoted(topmost)));
  if (::fstat(upper.get(), &now) != 0) throw SysError(errno, "fstat(\"upper\")");
  const bool same = now.st_uid == below.st_uid && now.st_gid == below.st_gid;
  if (!same && ::fchown(upper.get(), below.st_uid, below.st_gid) != 0)
    throw SysError(errno, fmt::format("fchown(\"upper\", {}, {})", below.st_uid, below.st_gid));
  if (::fchmod(upper.get(), below.st_mode & 07777U) != 0)
    throw SysError(errno, "fchmod(\"upper\")");
}

/// The merged tree's root has upper's attributes: so upper gets those of the layer below it. Without
/// root that may be a subordinate id's.
void make_upper(const Fd& folder, const std::string& topmost) {
  sys::make_directory(folder, "upper", 0700, "what the container writes goes here");
  const Fd upper(::openat(folder.get(), "upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!upper) throw SysError(errno, "open(\"upper\")");
  users::with_root_if_needed([&] { make_alike(upper, topmost); });
}

struct Content {
  const images::Image& image;
  std::vector<std::string> layers;  // topmost first
  std::string state;
  size_t volumes;
};

void fill(const Fd& folder, const Content& content) {
  write_file(folder, "state", content.state + "\n");  // first: from here on somebody owns it
  write_file(folder, "layers", fmt::format("{}\n", fmt::join(content.layers, "\n")));
  write_file(folder, "image",
             fmt::format("{}\n{}\n", content.image.name, content.image.descriptor.digest));
  make_upper(folder, content.layers.front());
  sys::make_directory(folder, "work", 0700, "where the kernel prepares what goes to upper");
  sys::make_directory(folder, "merged", 0700, "where both will be seen as one");
  make_image_volumes(folder, content.volumes);
}

images::Image image_of(const std::optional<images::Store>& store, const oci::Config& config) {
  images::Image image = images::find_image(store, oci::annotation(config, oci::kImageAnnotation));
  if (image.descriptor.digest != oci::annotation(config, oci::kDigestAnnotation)) {
    throw Error(fmt::format("the image {} was replaced meanwhile", quoted(image.name)),
                "run it again");
  }
  return image;
}

/// Topmost first. A layer that stands there twice (an empty one, mostly) counts at its topmost place:
/// there it hides all that it has below, and overlayfs takes no folder twice (ELOOP).
std::vector<std::string> layers_of(const images::Store& store, const images::Image& image) {
  std::vector<std::string> out;
  const std::string top = real_path(store.path());
  for (auto id = image.config.diff_ids.rbegin(); id != image.config.diff_ids.rend(); ++id) {
    const std::string folder = store.layer_folder(*id);
    if (::access((folder + "/.").c_str(), F_OK) != 0) {
      const int code = errno;
      throw SysError(
          code, fmt::format("the layer {} of the image {}", folder, quoted(image.name)),
          code == ENOENT
              ? fmt::format("it is not unpacked yet: `rootfs-fetch unpack {}`", image.name)
              : "the store is another user's: fill one of your own, `rootfs-fetch busybox`");
    }
    const std::string layer = top + folder.substr(store.path().size());
    if (std::find(out.begin(), out.end(), layer) == out.end()) out.push_back(layer);
  }
  if (out.empty()) throw Error(fmt::format("the image {} has no layers", quoted(image.name)));
  return out;
}

}  // namespace

bool has_sandbox(const oci::Config& config) {
  return config.annotations.count(oci::kSandboxAnnotation) != 0;
}

std::string sandbox_of(const std::string& id) {
  return containers_of(images::store_folder()) + "/" + id;
}

Stack make_sandbox(const oci::Config& config, Undo& undo) {
  const std::string sandbox = sandbox_of(config.id);
  if (oci::annotation(config, oci::kSandboxAnnotation) != sandbox) {
    throw Error(
        fmt::format("the annotation {} is not {}", oci::kSandboxAnnotation, quoted(sandbox)),
        "it is for the runtime to set, not for a bundle");
  }
  // Shared, and held until the layers are written down: so nobody sweeps them away meanwhile.
  const auto store = images::Store::open();
  if (!store) throw Error(fmt::format("the store {} is gone", images::store_folder()));
  const images::Image image = image_of(store, config);
  const std::vector<std::string> layers = layers_of(*store, image);
  const std::string spare = sandbox + "~" + pid::random_id();
  undo.note({kSandboxNote, {{"path", sandbox}, {"spare", spare}}});
  if (const std::string containers = containers_of(store->path());
      ::access(containers.c_str(), F_OK) != 0)
    sys::make_directory(containers, 0700, "containers of images have folders here");
  clear_leftover(config, sandbox, spare);
  if (!sys::make_directory(spare, 0700, "its folder, under another name until it is complete"))
    throw SysError(EEXIST, fmt::format("mkdir({})", quoted(spare)));
  fill(sys::open(spare, O_RDONLY | O_DIRECTORY | O_NOFOLLOW),
       {image, layers, own_state(config.id), count_image_volumes(config)});
  if (::rename(spare.c_str(), sandbox.c_str()) != 0)
    throw SysError(errno, fmt::format("rename({}, {})", quoted(spare), quoted(sandbox)));
  Stack stack;
  for (const std::string& layer : layers) stack.lower.push_back({layer, Fd()});
  stack.sandbox = sandbox;
  return stack;
}

}  // namespace lockstep::overlay
