#include "03-mount/chroot.hpp"

#include <fcntl.h>
#include <sched.h>

#include "common/os/files.hpp"
#include "common/os/mounts.hpp"
#include "common/os/processes.hpp"

namespace lockstep::mnt {

Fd leave_chroot() {
  if (sys::is_mount_root("/")) return {};
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
