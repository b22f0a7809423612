#pragma once

#include "common/oci/config.hpp"

/// Lesson 08: settings of the kernel's that a namespace has of its own.
namespace lockstep::caps {

/// On the host, before anything is made: throws Error if `linux.sysctl` has one that isn't of a namespace
/// which the container owns: it would be the whole machine's, or somebody else's. kernel.hostname and
/// kernel.domainname become what they are: `hostname`, `domainname`.
void check_sysctls(oci::Config& config);

/// Inside, as the container's root: writes them.
///
/// Through the host's /proc, which is still in sight and in nobody's hands: what is behind /proc/sys/net,
/// for instance, is always the network namespace of who opens it.
/// Order: after the interfaces are there (net.ipv4.conf.eth0.…), before enter_rootfs.
/// Throws SysError with the cause: no such setting, or not the container's to set.
/// See: sysctl(8), namespaces(7)
void set_sysctls(const oci::Config& config);

}  // namespace lockstep::caps
