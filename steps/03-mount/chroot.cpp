#include "03-mount/chroot.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::mnt {
namespace {

/// Before kernel 5.8 statx(2) doesn't tell: then there is none.
bool in_chroot() {
  struct statx root {};
  if (::statx(AT_FDCWD, "/", 0, 0, &root) != 0) return false;
  const bool tells = (root.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0;
  return tells && (root.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0;
}

}  // namespace

Fd leave_chroot() {
  if (!in_chroot()) return {};
  Fd root = sys::open("/", O_PATH | O_DIRECTORY);
  const Fd here = sys::open(".", O_PATH | O_DIRECTORY);
  const Fd own = sys::open("/proc/self/ns/mnt", O_RDONLY);
  sys::join_namespace(own, CLONE_NEWNS, "out of the chroot: \"/\" is the namespace's root again");
  sys::change_directory(here, ".", "setns(2) has taken it to that root, too");
  return root;
}

void return_to_chroot(const Fd& way_back) {
  if (!way_back) return;
  const Fd here = sys::open(".", O_PATH | O_DIRECTORY);
  sys::change_directory(way_back, "/", "the chroot");
  sys::change_root(".", "back into it: there all names mean what the caller means");
  sys::change_directory(here, ".");
}

}  // namespace lockstep::mnt
