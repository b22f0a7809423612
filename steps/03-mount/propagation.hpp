#pragma once

#include <optional>
#include <string>

#include "common/oci/config.hpp"

/// Lesson 03: which mounts tell which others of what is mounted on them.
namespace lockstep::mnt {

/// "slave" → MS_SLAVE, "rslave" → MS_SLAVE|MS_REC, likewise private, shared, unbindable. Nothing
/// for other words.
std::optional<unsigned long> propagation_flags(const std::string& name);

/// How the whole tree is cut off from the host's at first: MS_SLAVE, or what
/// `linux.rootfsPropagation` asks for. Not private: a volume with `rslave` would then never hear of
/// the host's later mounts.
unsigned long root_propagation(const oci::Config& config);

/// For a volume with `shared` (what is mounted on it inside appears on the host) the wire must not
/// be cut: sets `rootfsPropagation`.
/// Throws Error, with the way out, where it would have no effect: the source is on a mount that is
/// not shared, or on the rootfs's own.
void keep_wire_for_shared_volumes(oci::Config& config);

/// With `rootfsPropagation: shared` the wire to the host is not cut: then the mount that holds the
/// rootfs is made private, or the rootfs's own mounts would appear on the host, and pivot_root(2)
/// would refuse (EINVAL).
void keep_rootfs_mount_private(const oci::Config& config);

/// Between pivot_root and umount2 of "." (the host's tree): where the wire was not cut at first, it
/// is now, for an unmount travels along it, too.
/// Break it: leave it out, run with `--volume …:rshared` *in a VM*, and look for the host's /proc.
void cut_off_old_root(const oci::Config& config);

/// After pivot_root: `rootfsPropagation` for "/" itself, if it asks for anything.
void spread_rootfs_propagation(const oci::Config& config);

}  // namespace lockstep::mnt
