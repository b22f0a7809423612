#pragma once

#include "common/oci/config.hpp"

/// Lesson 03: a file tree of the container's own.
namespace lockstep::mnt {

/// Cut the mount namespace off from the host's, and make the rootfs (`root.path`) a mount of its
/// own.
///
/// Order: inside, after CLONE_NEWNS, before anything else is mounted: what is mounted before the
/// cut, the host sees.
/// Break it: leave out the first sys::mount, run as root *in a VM*, and look at the host's
/// /proc/mounts.
/// Throws SysError, ENOENT if the rootfs isn't there.
/// See: mount_namespaces(7), "Propagation type"; the runtime-spec's config-linux.md, "Rootfs Mount
/// Propagation"
void separate_mounts(const oci::Config& config);

/// Make the rootfs the root, and let go of the host's.
///
/// Order: after all mounts that need the host's files (volumes), before the masks, which are about
/// the new tree.
/// Break it: use chroot(2) instead of pivot_root(2), and escape: docs/lessons/03-mount.md.
/// See: pivot_root(2), "pivot_root(\".\", \".\")"
void enter_rootfs(const oci::Config& config);

}  // namespace lockstep::mnt
