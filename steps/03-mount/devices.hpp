#pragma once

#include "common/oci/config.hpp"

/// Lesson 03: the few device nodes that every program expects.
namespace lockstep::mnt {

/// Makes the OCI's default devices and `linux.devices` in the container's /dev: null zero full tty
/// random urandom (mode 0666), and the links ptmx, fd, stdin, stdout, stderr, core. In a user
/// namespace mknod(2) is EPERM, whatever the capabilities: there the host's nodes are bound. Does
/// nothing if /dev is a bind: then it is somebody else's.
///
/// Order: after /dev is mounted, before enter_rootfs: the host's nodes must be in sight.
/// Break it: leave it out and try `cat /dev/null`, `ls > /dev/null`: a plain file grows on the
/// tmpfs.
/// See: the runtime-spec's config-linux.md, "Default Devices"; null(4), random(4), tty(4), ptmx(4)
void make_devices(const oci::Config& config);

}  // namespace lockstep::mnt
