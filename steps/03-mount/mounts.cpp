#include "03-mount/mounts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "03-mount/bind.hpp"
#include "03-mount/copy_up.hpp"
#include "03-mount/mount_options.hpp"
#include "03-mount/targets.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::mnt {
namespace {

/// What a mount is good for, for the narration.
Why why(const oci::Mount& mount, const MountOptions& options) {
  if (options.bind) return "a volume: a part of the host's files, shown inside";
  if (mount.type == "proc")
    return "processes as this PID namespace numbers them, and nobody else's";
  if (mount.type == "sysfs") return "the kernel's view of devices, not to be written";
  if (mount.type == "devpts") return "terminals of its own, counted from 0";
  if (mount.type == "mqueue") return "the message queues of this IPC namespace";
  if (mount.destination == "/dev")
    return "device files of its own: the host's disks are not among them";
  if (mount.destination == "/dev/shm") return "POSIX shared memory, of limited size";
  return mount.type == "tmpfs" ? "an empty folder in memory" : "";
}

/// Without "gid=5": a single-id map (lesson 06) has no group 5.
std::string without_gid(const std::string& data) {
  const size_t at = data.find("gid=");
  if (at == std::string::npos) return data;
  const size_t end = std::min(data.find(',', at), data.size());
  std::string rest = data.substr(0, at) + data.substr(std::min(end + 1, data.size()));
  if (!rest.empty() && rest.back() == ',') rest.pop_back();
  return rest;
}

/// Without root some file systems can't be mounted, because the namespace that they show is the
/// host's: sysfs without a network namespace, mqueue without an IPC namespace. The host's own mount
/// then has to serve, bound.
void bind_the_hosts(const Beneath& root, const sys::Place& target, const oci::Mount& mount,
                    MountOptions options) {
  const char* const hosts = mount.type == "sysfs" ? "/sys" : "/dev/mqueue";
  if (::access(hosts, F_OK) != 0) {
    return narrate::say(fmt::format("({}: left empty, because the host has no {} to show)",
                                    mount.destination, hosts));
  }
  options.bind = options.recursive = true;
  if ((options.set & MOUNT_ATTR_RDONLY) != 0) options.set_recursively |= MOUNT_ATTR_RDONLY;
  bind(hosts, root, target, options,
       "its namespace is the host's, which is not ours to mount: the host's own mount serves");
}

void mount_file_system(const Beneath& root, const sys::Place& target, const oci::Mount& mount,
                       const MountOptions& options) {
  try {
    sys::mount_on(mount.source, target, mount.type, options.flags, options.data,
                  why(mount, options));
  } catch (const SysError& error) {
    const bool shows_host = mount.type == "sysfs" || mount.type == "mqueue";
    if (error.code() == EPERM && shows_host) return bind_the_hosts(root, target, mount, options);
    if (error.code() != EINVAL || mount.type != "devpts" ||
        without_gid(options.data) == options.data)
      throw;
    sys::mount_on(mount.source, target, mount.type, options.flags, without_gid(options.data),
                  "group 5 (tty) isn't mapped here");
  }
}

void remount(const sys::Place& target, const oci::Mount& mount, const MountOptions& options) {
  if (options.bind) return set_attributes(target, options);
  sys::mount_on(mount.source, target, mount.type, MS_REMOUNT | options.flags, options.data);
}

void make_mount(const Beneath& root, const oci::Mount& mount) {
  const MountOptions options = parse_mount_options(mount.options, mount.type, mount.destination);
  if (mount.type == "cgroup" || mount.type == "cgroup2") {
    throw Error(fmt::format("mount {}: cgroups come with lesson 07", quoted(mount.destination)));
  }
  if (options.idmap || !mount.uid_mappings.empty()) {
    throw Error(fmt::format("mount {}: option idmap: id-mapped mounts come with lesson 06",
                            quoted(mount.destination)));
  }
  const Fd covered = open_target(root, mount, options);
  const sys::Place target{covered, mount.destination};
  if (options.remount) return remount(target, mount, options);
  if (mount.is_tree) {
    return attach_tree(sys::open(mount.source, O_PATH), mount.source, target, options,
                       why(mount, options));
  }
  if (options.bind) return bind(mount.source, root, target, options, why(mount, options));
  // mount(2) can't copy, set the propagation, nor change what is mounted below: that comes second.
  MountOptions first = options;
  if (options.copy_up) first.flags &= ~static_cast<unsigned long>(MS_RDONLY);  // to be filled yet
  mount_file_system(root, target, mount, first);
  const bool more =
      (options.set_recursively | options.clear_recursively) != 0 || !options.propagation.empty();
  if (!more && !options.copy_up) return;
  // `covered` still means the folder under the mount: what is on top of it now has to be opened.
  const auto on_top = root.open(mount.destination, O_PATH | O_DIRECTORY);
  if (!on_top) throw SysError(ENOENT, fmt::format("{}, just mounted", quoted(mount.destination)));
  if (options.copy_up) copy_up(covered, *on_top, mount.destination);
  MountOptions rest = options;
  rest.set = options.flags != first.flags ? uint64_t{MOUNT_ATTR_RDONLY} : 0;
  rest.clear = 0;  // mount(2) has set all others already
  set_attributes({*on_top, mount.destination}, rest);
}

}  // namespace

void make_mounts(const oci::Config& config) {
  const Beneath root = Beneath::open_root(config.root.path);
  for (const oci::Mount& mount : config.mounts) make_mount(root, mount);
  if (!config.process.cwd.empty()) root.make_directories(config.process.cwd);
}

std::vector<oci::Mount> default_mounts() {
  return {
      {"/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}},
      {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
      {"/dev/pts",
       "devpts",
       "devpts",
       {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
      {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
      {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
      {"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
  };
}

}  // namespace lockstep::mnt
