#pragma once

#include <cstdint>
#include <string>

#include "common/os/fd.hpp"
#include "common/os/mount_api.hpp"
#include "common/os/why.hpp"

/// The kernel's mount calls, each narrating itself and throwing SysError with its operands as
/// words.
namespace lockstep::sys {

/// A place that is already open, and what a person calls it. Below a rootfs a mount lands on a
/// descriptor: a path could be made to mean something else between the look and the mount.
struct Place {
  const Fd& fd;
  std::string name;  // "/proc", as seen from inside
};

/// mount(2) on a path of the host's. `data` are the file system's own options, "mode=755,size=64k".
void mount(const std::string& source, const std::string& target, const std::string& type,
           unsigned long flags, const std::string& data = "", Why why = {});

/// mount(2) on an open place, through /proc/self/fd/N, which means exactly that file.
void mount_on(const std::string& source, const Place& target, const std::string& type,
              unsigned long flags, const std::string& data = "", Why why = {});

/// umount2(2).
void unmount(const std::string& target, int flags, Why why = {});

/// open_tree(2) with OPEN_TREE_CLONE: a copy of the mount at `path` (with what is mounted below it,
/// if `recursive`) that is attached nowhere yet, so that it can be changed before anybody sees it.
Fd clone_tree(const std::string& path, bool recursive, Why why = {});
Fd clone_tree(const Place& place, bool recursive, Why why = {});

/// mount_setattr(2) on a tree from clone_tree or on an open place. `set` and `clear` are
/// MOUNT_ATTR_*; `propagation` is 0 or one of MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE.
struct MountAttributes {
  uint64_t set = 0;
  uint64_t clear = 0;
  uint64_t propagation = 0;
  bool recursive = false;
};
void set_mount_attributes(const Place& tree, const MountAttributes& attributes, Why why = {});

/// mount_setattr(2) with MOUNT_ATTR_IDMAP: from now on the files of this tree, which nobody has seen
/// yet, show the ids that `user_namespace` (/proc/PID/ns/user) gives them: what its map calls 0
/// inside, the disk calls 0. `recursive`: the mounts below, too. Throws SysError, EINVAL where the file
/// system can't do it.
void map_ids(const Place& tree, const Fd& user_namespace, bool recursive, Why why = {});

/// move_mount(2): attaches a detached tree at an open place.
void attach(const Fd& tree, const Place& target, Why why = {});
/// move_mount(2) at a path of the host's.
void attach(const Fd& tree, const std::string& target, Why why = {});

/// pivot_root(2).
void pivot_root(const std::string& new_root, const std::string& put_old, Why why = {});

/// Whether a mount begins at `path`. statx(2) tells from kernel 5.8 on; before, true.
bool is_mount_root(const std::string& path);

/// Whether the kernel has open_tree, move_mount and mount_setattr (5.12) and the sandbox around us,
/// if any, lets us call them. Asked once, by calling.
bool has_mount_api();

}  // namespace lockstep::sys
