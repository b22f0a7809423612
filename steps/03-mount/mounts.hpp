#pragma once

#include "common/oci/config.hpp"

/// Lesson 03: what is mounted in the container's tree. Two words from common/os: a Beneath opens paths
/// so that no link leads out of its root; a Place is an open file, and what a person calls it.
namespace lockstep::mnt {

/// Mounts all of `mounts`, in their order, in the rootfs; makes the mount points, and the working
/// directory, that are missing.
///
/// The rootfs is hostile: a link at a mount point is followed as the container would follow it,
/// never out of the rootfs; /proc and /sys must be folders, or what is mounted there could be had
/// elsewhere (CVE-2019-19921).
/// Order: inside, after separate_mounts, before enter_rootfs: the sources of volumes are the host's
/// files.
/// Throws SysError with the operands of the mount that failed; Error for what isn't allowed.
/// See: the runtime-spec's config.md, "Mounts"
void make_mounts(const oci::Config& config);

/// `runc spec`'s list: /proc, /dev, /dev/pts, /dev/shm, /dev/mqueue, /sys.
std::vector<oci::Mount> default_mounts();

}  // namespace lockstep::mnt
