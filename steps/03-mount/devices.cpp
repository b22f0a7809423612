#include "03-mount/devices.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "03-mount/bind.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::mnt {
namespace {

std::vector<oci::Device> all_devices(const oci::Config& config) {
  std::vector<oci::Device> devices = {
      {"c", "/dev/null", 1, 3, 0666, {}, {}},   {"c", "/dev/zero", 1, 5, 0666, {}, {}},
      {"c", "/dev/full", 1, 7, 0666, {}, {}},   {"c", "/dev/tty", 5, 0, 0666, {}, {}},
      {"c", "/dev/random", 1, 8, 0666, {}, {}}, {"c", "/dev/urandom", 1, 9, 0666, {}, {}}};
  for (const oci::Device& device : config.linux.devices) {
    devices.erase(
        std::remove_if(devices.begin(), devices.end(),
                       [&](const oci::Device& other) { return other.path == device.path; }),
        devices.end());
    devices.push_back(device);
  }
  return devices;
}

mode_t type_of(const oci::Device& device) {
  return device.type == "b"   ? S_IFBLK
         : device.type == "p" ? S_IFIFO
                              : S_IFCHR;  // "u" is "c", unbuffered
}

bool is_same(const Fd& fd, const oci::Device& device) {
  struct stat status {};
  return ::fstat(fd.get(), &status) == 0 && (status.st_mode & S_IFMT) == type_of(device) &&
         (S_ISFIFO(status.st_mode) ||
          status.st_rdev ==
              ::makedev(static_cast<unsigned>(device.major), static_cast<unsigned>(device.minor)));
}

/// What the node is mounted on. Nearly always it is new: then one call is enough.
Fd make_target(const Beneath& root, const Fd& folder, const oci::Device& device) {
  const std::string name = device.path.substr(device.path.rfind('/') + 1);
  Fd made(::openat(folder.get(), name.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  return made ? std::move(made) : root.make_file(device.path);
}

/// Shows the host's node of the same path, if it is the very same device.
void bind_the_hosts(const Beneath& root, const Fd& folder, const oci::Device& device) {
  const auto node = sys::open_if_there(device.path, O_PATH | O_NOFOLLOW);
  if (!node || !is_same(*node, device)) {
    throw Error(
        fmt::format("device {}: mknod(2) isn't allowed here, and the host has no such node to bind",
                    quoted(device.path)),
        "in a user namespace devices can't be made: run as root without one");
  }
  const Fd target = make_target(root, folder, device);
  bind(sys::Place{*node, device.path}, root, {target, device.path}, {},
       "in a user namespace mknod is not allowed");
}

/// The folder of the device before, which is nearly always the next one's, too.
struct Folder {
  std::string path;
  Fd fd;

  const Fd& of(const Beneath& root, const std::string& device) {
    const std::string wanted = device.substr(0, device.rfind('/') + 1);
    if (wanted != path) fd = root.make_directories(wanted);
    path = wanted;
    return fd;
  }
};

/// Whether the node could be made. Not in a user namespace.
bool make_node(const Beneath& root, const Fd& folder, const oci::Device& device) {
  const std::string name = device.path.substr(device.path.rfind('/') + 1);
  const mode_t mode = type_of(device) | device.file_mode.value_or(0666);
  const dev_t number =
      ::makedev(static_cast<unsigned>(device.major), static_cast<unsigned>(device.minor));
  const int answer = sys::make_node(folder, name, mode, number,
                                    "one of the few devices that can do the host no harm");
  if (answer == EPERM) return false;
  if (answer == EEXIST) {
    const auto there = root.open_link_itself(device.path, O_PATH);
    if (there && is_same(*there, device)) return true;
    throw Error(fmt::format("device {}: the rootfs has something else there", quoted(device.path)),
                "remove it from the rootfs, or mount a tmpfs on /dev");
  }
  const bool owned = device.uid.has_value() || device.gid.has_value();
  if (owned && ::fchownat(folder.get(), name.c_str(), device.uid.value_or(0),
                          device.gid.value_or(0), AT_SYMLINK_NOFOLLOW) != 0) {
    throw SysError(errno, fmt::format("fchownat({})", quoted(device.path)));
  }
  return true;
}

void make_links(const Fd& dev) {
  struct Link {
    const char* target;
    const char* name;
  };
  constexpr std::array kLinks = {
      Link{"/proc/self/fd", "fd"},       Link{"/proc/self/fd/0", "stdin"},
      Link{"/proc/self/fd/1", "stdout"}, Link{"/proc/self/fd/2", "stderr"},
      Link{"/proc/kcore", "core"},       Link{"pts/ptmx", "ptmx"}};
  for (const Link& link : kLinks) {
    sys::make_symlink(link.target, dev, link.name, "a name that programs expect in /dev");
  }
}

bool dev_is_bound(const oci::Config& config) {
  return std::any_of(config.mounts.begin(), config.mounts.end(), [](const oci::Mount& mount) {
    return mount.destination == "/dev" &&
           parse_mount_options(mount.options, mount.type, "/dev").bind;
  });
}

}  // namespace

void make_devices(const oci::Config& config) {
  if (dev_is_bound(config)) return;
  const Beneath root = Beneath::open_root(config.root.path);
  const mode_t before = sys::set_umask(0, "nodes get the very mode that is asked for: 0666");
  bool may_make_nodes = true;
  Folder folder;
  for (const oci::Device& device : all_devices(config)) {
    may_make_nodes = may_make_nodes && make_node(root, folder.of(root, device.path), device);
    if (!may_make_nodes) bind_the_hosts(root, folder.of(root, device.path), device);
  }
  make_links(folder.of(root, "/dev/"));
  sys::set_umask(before);
}

}  // namespace lockstep::mnt
