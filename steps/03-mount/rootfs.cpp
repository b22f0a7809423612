// Lesson 03: a file tree of the container's own.
//
// Every process is in a mount namespace: the list of what is mounted where. clone3(CLONE_NEWNS)
// copies the list. The copy is still wired to the original: where a mount is shared, what one side
// mounts appears on the other. So the first thing is to cut that wire (in one direction: what the
// host mounts later may still arrive in a volume).
//
//     1. mount("", "/", "", MS_REC|MS_SLAVE)        nothing that is done here reaches the host (but
//                                                   for a volume that asks for it: propagation.hpp)
//     2. mount(rootfs, rootfs, "", MS_BIND|MS_REC)  a folder becomes a mount, as pivot_root wants
//     3. /proc, /dev, /sys, volumes; nodes; a pty   mounts, devices, terminal: both trees are there
//     4. pivot_root(".", ".")                       the rootfs is "/", the old root on top of it
//     5. umount2(".", MNT_DETACH)                   the old root goes: no path leads to it now
//
// chroot(2) alone would leave the host's tree mounted and in reach: a process with the right to
// call chroot(2) again can walk out of it. After step 5 there is nothing to walk to.

#include "03-mount/rootfs.hpp"

#include "03-mount/chroot.hpp"
#include "03-mount/pivot_fallback.hpp"
#include "03-mount/propagation.hpp"
#include "common/os/mounts.hpp"
#include "common/os/processes.hpp"

namespace lockstep::mnt {

// The last argument of a sys:: call is its reason, which --explain prints.

void separate_mounts(const oci::Config& config) {
  const std::string& rootfs = config.root.path;
  const Fd chroot = leave_chroot();  // chroot.cpp: none, as a rule
  sys::mount("", "/", "", MS_REC | root_propagation(config), "",
             "what is mounted in here must not appear on the host");
  return_to_chroot(chroot);
  keep_rootfs_mount_private(config);  // propagation.cpp
  if (config.root.is_mount) return;   // from lesson 06 on it may be one already
  sys::mount(rootfs, rootfs, "", MS_BIND | MS_REC, "",
             "pivot_root(2) takes a mount, not just a folder");
}

void enter_rootfs(const oci::Config& config) {
  sys::change_directory(config.root.path, "the new root, to be named \".\"");
  if (enter_without_pivot(config)) return;  // pivot_fallback.cpp
  leave_chroot();                           // chroot.cpp
  sys::pivot_root(
      ".", ".",
      "the rootfs becomes \"/\"; the host's tree now lies on top of it, at the same place");
  cut_off_old_root(config);  // propagation.cpp
  // umount2(2) takes the topmost mount at a place: here that is the host's tree, not our new root.
  sys::unmount(".", MNT_DETACH, "the host's tree goes: no path leads to it any more");
  sys::change_directory("/", "\".\" is that root already; now by its own name");
  spread_rootfs_propagation(config);  // propagation.cpp
}

}  // namespace lockstep::mnt
