#pragma once

#include "common/oci/config.hpp"

/// Lesson 03: what of /proc and /sys must not be seen, or not be written, and the read-only root.
namespace lockstep::mnt {

/// /proc and /sys show the whole kernel, not the container's part of it. `linux.maskedPaths` are
/// covered: a file by /dev/null, a folder by an empty read-only tmpfs. `linux.readonlyPaths` are
/// bound onto themselves, read-only. With `root.readonly` the rootfs itself becomes read-only,
/// last. What isn't there is passed over.
///
/// Order: after enter_rootfs, and after everything that writes to /proc/sys: sysctls (lesson 08),
/// which the host name is one of. Read-only paths first: a mask that lies below one is then on top.
/// Break it: `run --security-opt unmask=ALL` (08). Up to step07, umount(2) as root inside
/// takes a mask off again: that is lesson 08's attack.
/// Throws Error if /dev/null isn't the null device: a mask that the container could write through
/// is none (CVE-2025-31133).
/// See: the runtime-spec's config-linux.md, "Masked Paths", "Readonly Paths"
void mask_paths(const oci::Config& config);

/// The lists of `runc spec`, plus what Docker masks.
std::vector<std::string> default_masked_paths();
std::vector<std::string> default_readonly_paths();

}  // namespace lockstep::mnt
