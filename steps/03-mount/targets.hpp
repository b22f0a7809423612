#pragma once

#include "03-mount/mount_options.hpp"
#include "common/oci/config.hpp"
#include "common/os/beneath.hpp"

/// Lesson 03: where a mount lands, in a rootfs that may lie about it.
namespace lockstep::mnt {

/// Opens `mount.destination` beneath `root` (O_PATH), made if missing: a folder, or for the bind of
/// a file a file. What was opened is looked at once more, since a link in the rootfs may have led
/// there: not the rootfs itself, and nothing in /proc but the few files by which a container is
/// shown its own limits (CVE-2019-16884, CVE-2019-19921).
///
/// Throws Error; if the source of a bind is missing, before anything was made.
/// See: the runtime-spec's config.md, "Mounts"
Fd open_target(const Beneath& root, const oci::Mount& mount, const MountOptions& options);

/// Whether that open file is a folder.
bool is_directory(const Fd& fd);

}  // namespace lockstep::mnt
