#pragma once

#include "common/oci/config.hpp"

namespace lockstep::mnt {

/// Where pivot_root(2) can't be had: the host's root is the initial ramfs (a small VM, an
/// installer), which can't be put away, or `--no-pivot` asks for it. Then the rootfs, which is the
/// working directory, is moved over "/" (MS_MOVE) and chroot(2) makes it the root. Less safe: the
/// host's tree is still mounted beneath. So what of it would help a container most, other mounts of
/// /proc and /sys, is unmounted first. Returns whether it did that.
/// See: the kernel's Documentation/filesystems/ramfs-rootfs-initramfs.rst
bool enter_without_pivot(const oci::Config& config);

}  // namespace lockstep::mnt
