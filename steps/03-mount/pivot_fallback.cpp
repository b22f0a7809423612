#include "03-mount/pivot_fallback.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "03-mount/propagation.hpp"
#include "common/os/error.hpp"
#include "common/os/mounts.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"

namespace lockstep::mnt {
namespace {

bool root_is_initial_ramfs() {
  struct statfs root {};
  // The cheap question first: it is asked at every start.
  if (::statfs("/", &root) != 0 || (root.f_type != RAMFS_MAGIC && root.f_type != TMPFS_MAGIC))
    return false;
  const auto mount = proc::mount_of("/");
  return mount && mount->type == "rootfs";
}

bool lies_beneath(const std::string& path, const std::string& folder) {
  return path == folder || path.rfind(folder + "/", 0) == 0;
}

/// A mount beneath another can't be reached by its path: not by us, and not from inside.
bool is_hidden(const SysError& error) { return error.code() == ENOENT || error.code() == ENOTDIR; }

/// The rootfs, as the list of mounts has it: `root.path` may be another name of it.
std::string name_of_here() {
  std::array<char, PATH_MAX> here{};
  if (::getcwd(here.data(), here.size()) == nullptr) throw SysError(errno, "getcwd()");
  return here.data();
}

/// With `rootfsPropagation: shared` the wire to the host was not cut yet.
void cut_off(const std::vector<proc::Mount>& mounts, const std::string& rootfs) {
  for (const proc::Mount& mount : mounts) {
    if (lies_beneath(mount.target, rootfs)) continue;
    try {
      sys::mount("", mount.target, "", MS_SLAVE, "",
                 "what comes now must not happen on the host, too");
    } catch (const SysError& error) {
      if (!is_hidden(error) && error.code() != EINVAL) throw;  // EINVAL: another one is there
    }
  }
}

void cover(const std::string& target) {
  sys::mount("tmpfs", target, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=0k",
             "no second way to the kernel's files may stay beneath the new root");
}

/// In a user namespace the host's mounts are locked: what can't be unmounted is covered. So it is
/// where the host's mounts were shared: an unmount would travel there from the parent, which may
/// lie out of reach.
void unmount_or_cover(const std::string& target, bool was_shared) {
  try {
    if (was_shared) return cover(target);
    sys::unmount(target, MNT_DETACH,
                 "no second way to the kernel's files may stay beneath the new root");
  } catch (const SysError& error) {
    if (is_hidden(error)) return;
    if (error.code() != EINVAL && error.code() != EPERM) throw;
    cover(target);
  }
}

}  // namespace

bool enter_without_pivot(const oci::Config& config) {
  if (!oci::annotated(config, oci::kNoPivotAnnotation) && !root_is_initial_ramfs()) return false;
  const auto mounts = proc::mounts();
  const std::string rootfs = name_of_here();
  const bool was_shared = root_propagation(config) == MS_SHARED;
  if (was_shared) cut_off(mounts, rootfs);
  for (auto mount = mounts.rbegin(); mount != mounts.rend(); ++mount) {  // the topmost first
    const bool of_the_kernel = mount->type == "proc" || mount->type == "sysfs";
    if (of_the_kernel && !lies_beneath(mount->target, rootfs))
      unmount_or_cover(mount->target, was_shared);
  }
  sys::mount(".", "/", "", MS_MOVE, "",
             "pivot_root(2) can't be had here: the rootfs is moved over the root");
  sys::change_root(".", "and made the root of this process");
  sys::change_directory("/", "\".\" is the rootfs already, but its name was the host's");
  return true;
}

}  // namespace lockstep::mnt
