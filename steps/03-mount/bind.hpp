#pragma once

#include "03-mount/mount_options.hpp"
#include "common/os/beneath.hpp"
#include "common/os/mounts.hpp"

/// Lesson 03: showing a file or folder at a second place.
namespace lockstep::mnt {

/// Shows the host's `source` at `target`, whose name is its path beneath `root`, with the options'
/// attributes and propagation. With open_tree(2) the copy is made off to the side, given its
/// attributes (read-only, nosuid, …) and only then attached: there is no moment at which a
/// read-only volume can be written. Before kernel 5.12: mount(2), and a remount behind it. The copy
/// keeps what its original has: "rw", "dev", … give a bind no more than the host allows itself
/// ("rrw" does).
/// See: open_tree(2), mount_setattr(2), move_mount(2)
void bind(const std::string& source, const Beneath& root, const sys::Place& target,
          const MountOptions& options, Why why = {});

/// The same for what is open already.
void bind(const sys::Place& source, const Beneath& root, const sys::Place& target,
          const MountOptions& options, Why why = {});

/// The same for a copy that was made already (open_tree(2)) and is attached nowhere yet.
void attach_tree(const Fd& tree, const std::string& name, const sys::Place& target,
                 const MountOptions& options, Why why = {});

/// Attributes and propagation for the mount that is at `place` already.
void set_attributes(const sys::Place& place, const MountOptions& options, Why why = {});

}  // namespace lockstep::mnt
