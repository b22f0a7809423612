#pragma once

#include <string>
#include <vector>

#include "06-user/maps.hpp"
#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/mounts.hpp"

/// Lesson 06: copies of mounts, with other ids.
namespace lockstep::usr {

/// A copy of the mount at `place` (and of all below it) that shows the ids of the user namespace
/// `users` (/proc/PID/ns/user), attached nowhere. What it is copied from is locked in a child's mount
/// namespace (read-only, nosuid, …), so the copy is, too.
/// Throws SysError where the kernel or the file system can't.
Fd mapped_copy(const sys::Place& place, const Fd& users);
/// The same by a path of the host's.
Fd mapped_copy(const std::string& path, const Fd& users);
/// What becomes of the mounts below a volume.
struct Below {
  bool copied = true;  // "rbind"
  bool mapped = true;  // "ridmap"
};

/// The same for a volume. What is mounted there inside, the host doesn't see.
Fd mapped_volume(const sys::Place& place, const Fd& users, Below below);
/// Whether that error of its says that they can't.
bool cant_be_mapped(const SysError& error);

/// Attaches it at `place`, in this process's mount namespace; returns it.
Fd attached(Fd tree, const sys::Place& place);

/// The folder at `place` as a mount of its own, with the ids that it has.
Fd plain_mount(const sys::Place& place);

/// A user namespace with these maps, held by its descriptor alone: for a mount with maps of its own.
Fd users_with(const Map& uids, const Map& gids);

}  // namespace lockstep::usr
