#include "03-mount/masks.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <optional>

#include "03-mount/bind.hpp"
#include "03-mount/targets.hpp"
#include "common/os/error.hpp"

namespace lockstep::mnt {
namespace {

/// The container's /dev/null, if it is the null device and nothing that looks like it.
Fd open_null(const Beneath& root) {
  auto null = root.open_link_itself("/dev/null", O_PATH);
  struct stat status {};
  const bool real = null && ::fstat(null->get(), &status) == 0 && S_ISCHR(status.st_mode) &&
                    status.st_rdev == ::makedev(1, 3);
  if (real) return std::move(*null);
  throw Error("linux.maskedPaths: /dev/null in the container is not the null device (1:3)",
              "masks are made of it: let /dev be a tmpfs, or a folder that holds the real one");
}

/// Paths below /proc and /sys are looked up beneath these very file systems: where one of the two
/// folders is exchanged for a link at this moment, masks would lie elsewhere, and the real one be bare
/// (CVE-2023-27561).
class Places {
 public:
  Places(const Beneath& root, const oci::Config& config) : root_(root), config_(config) {}

  std::optional<Fd> open(const std::string& path) {
    for (Kernels& kernels : kernels_) {
      const std::string folder = std::string(kernels.folder) + "/";
      if (!path.starts_with(folder) || !is_mounted(kernels)) continue;
      if (!kernels.tree) kernels.tree.emplace(open_tree(kernels));
      return kernels.tree->open(path.substr(folder.size()), O_PATH);
    }
    return root_.open(path, O_PATH);
  }

 private:
  struct Kernels {
    const char* folder;
    const char* type;
    decltype(statfs::f_type) magic;
    std::optional<Beneath> tree{};
  };

  bool is_mounted(const Kernels& kernels) const {
    const auto& mounts = config_.mounts;
    return std::any_of(mounts.begin(), mounts.end(), [&](const oci::Mount& mount) {
      return mount.destination == kernels.folder && mount.type == kernels.type;
    });
  }

  Fd open_tree(const Kernels& kernels) const {
    auto folder = root_.open_link_itself(kernels.folder, O_PATH);
    struct statfs where {};
    if (folder && ::fstatfs(folder->get(), &where) == 0 && where.f_type == kernels.magic)
      return std::move(*folder);
    throw Error(
        fmt::format("{} is not the {} that was mounted there", kernels.folder, kernels.type),
        "somebody changes the rootfs at this very moment");
  }

  const Beneath& root_;
  const oci::Config& config_;
  std::array<Kernels, 2> kernels_ = {Kernels{"/proc", "proc", PROC_SUPER_MAGIC},
                                     Kernels{"/sys", "sysfs", SYSFS_MAGIC}};
};

void mask(const Beneath& root, Places& places, const std::string& path, Fd& null) {
  const auto there = places.open(path);
  if (!there) return;
  const sys::Place target{*there, path};
  if (is_directory(*there)) {
    sys::mount_on("tmpfs", target, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=0k",
                  "it tells of the whole machine: an empty folder covers it");
    return;
  }
  if (!null) null = open_null(root);
  bind(sys::Place{null, "/dev/null"}, root, target, {},
       "it tells of the whole machine: the null device covers it");
}

void make_readonly(const Beneath& root, Places& places, const std::string& path) {
  const auto there = places.open(path);
  if (!there) return;
  MountOptions options;
  options.bind = options.recursive = true;
  options.set_recursively = MOUNT_ATTR_RDONLY;
  bind(sys::Place{*there, path}, root, {*there, path}, options,
       "it sets the whole machine: bound onto itself, read-only");
}

}  // namespace

void mask_paths(const oci::Config& config) {
  const Beneath root = Beneath::open_root("/");
  Places places(root, config);
  for (const std::string& path : config.linux.readonly_paths) make_readonly(root, places, path);
  Fd null;
  for (const std::string& path : config.linux.masked_paths) mask(root, places, path, null);
  if (!config.root.readonly) return;
  MountOptions options;
  options.set = MOUNT_ATTR_RDONLY;
  set_attributes({root.root(), "/"}, options,
                 "root.readonly: last, because so much had to be made in it");
}

std::vector<std::string> default_masked_paths() {
  return {"/proc/acpi",       "/proc/asound",      "/proc/interrupts",
          "/proc/kcore",      "/proc/keys",        "/proc/latency_stats",
          "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
          "/proc/scsi",       "/sys/firmware",     "/sys/devices/virtual/powercap"};
}

std::vector<std::string> default_readonly_paths() {
  return {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
}

}  // namespace lockstep::mnt
