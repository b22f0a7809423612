#include "03-mount/masks.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

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

void mask(const Beneath& root, const std::string& path, Fd& null) {
  const auto there = root.open(path, O_PATH);
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

void make_readonly(const Beneath& root, const std::string& path) {
  const auto there = root.open(path, O_PATH);
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
  for (const std::string& path : config.linux.readonly_paths) make_readonly(root, path);
  Fd null;
  for (const std::string& path : config.linux.masked_paths) mask(root, path, null);
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
