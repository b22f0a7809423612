#include "03-mount/targets.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/os/error.hpp"
#include "common/os/files.hpp"

namespace lockstep::mnt {
namespace {

/// /proc and /sys through a link would lie somewhere else, without their masks.
void refuse_link(const Beneath& root, const oci::Mount& mount) {
  const auto there = root.open_link_itself(mount.destination, O_PATH);
  if (!there || is_directory(*there)) return;
  throw Error(fmt::format("mount {}: {} in the rootfs is no folder, but a file or a link",
                          quoted(mount.type), quoted(mount.destination)),
              "a rootfs that redirects /proc or /sys is not to be trusted: make it a folder");
}

bool is_proc(const std::string& path) {
  struct statfs where {};
  return ::statfs(path.c_str(), &where) == 0 && where.f_type == PROC_SUPER_MAGIC;
}

/// `path` is where the mount lands, as the container will name it.
void refuse_proc(const oci::Mount& mount, const MountOptions& options, const std::string& path) {
  constexpr std::array kAllowed = {"/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo",
                                   "/proc/stat",    "/proc/swaps",     "/proc/uptime",
                                   "/proc/loadavg", "/proc/slabinfo",  "/proc/net/dev"};
  const bool itself = path == "/proc" && !options.remount && mount.type != "proc" &&
                      !(options.bind && is_proc(mount.source));
  const bool inside = path.rfind("/proc/", 0) == 0 &&
                      std::find(kAllowed.begin(), kAllowed.end(), path) == kAllowed.end();
  if (!itself && !inside) return;
  throw Error(
      fmt::format("mount {}: nothing may be mounted {} /proc", quoted(mount.destination),
                  itself ? "on" : "inside"),
      "it would blind or mislead whatever reads /proc in the container, this runtime included");
}

Fd open_or_make(const Beneath& root, const oci::Mount& mount, const MountOptions& options) {
  if (!options.bind || options.remount) return root.make_directories(mount.destination);
  struct stat source {};
  if (::stat(mount.source.c_str(), &source) != 0) {
    const int code = errno;
    throw SysError(
        code,
        fmt::format("mount {}: the source {}", quoted(mount.destination), quoted(mount.source)),
        code == ENOENT ? "it must exist on the host" : "");
  }
  if (S_ISDIR(source.st_mode)) return root.make_directories(mount.destination);
  Fd file = root.make_file(mount.destination);
  if (!is_directory(file)) return file;
  throw SysError(EISDIR, fmt::format("mount {}", quoted(mount.destination)),
                 fmt::format("the source {} is a file and the target a folder: both must be the "
                             "same kind",
                             quoted(mount.source)));
}

/// Where it is, as the container will name it; empty for the rootfs itself.
std::string below(const Beneath& root, const Fd& target) {
  const std::string name = sys::name_of(target);
  if (name.starts_with(root.name())) return name.substr(root.name().size());
  throw Error(fmt::format("{}: it isn't below {} any more", quoted(name), quoted(root.name())),
              "somebody moved the rootfs while it was being mounted");
}

}  // namespace

bool is_directory(const Fd& fd) {
  struct stat status {};
  return ::fstat(fd.get(), &status) == 0 && S_ISDIR(status.st_mode);
}

Fd open_target(const Beneath& root, const oci::Mount& mount, const MountOptions& options) {
  if (mount.type == "proc" || mount.type == "sysfs") refuse_link(root, mount);
  refuse_proc(mount, options, mount.destination);
  Fd target = open_or_make(root, mount, options);
  const std::string path = below(root, target);
  refuse_proc(mount, options, path);
  if (!path.empty() || options.remount) return target;
  throw Error(fmt::format("mount {}: it would cover the whole rootfs", quoted(mount.destination)),
              "a link in the rootfs leads there, or \"..\": name a folder below \"/\"");
}

}  // namespace lockstep::mnt
