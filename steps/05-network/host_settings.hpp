#pragma once

#include "05-network/networks.hpp"
#include "common/os/why.hpp"

/// Lesson 05: settings of the host's that networks need: net.ipv4.ip_forward, and for IPv6
/// net.ipv6.conf.all.forwarding, with accept_ra=2 where that keeps a route. (What is set for a bridge alone goes with the bridge.)
namespace lockstep::net {

/// Sets those that a member of `networks` needs and that are not as it needs them; what they were
/// is noted on the disk first. Gives those back that nobody needs any more, unless somebody else
/// has changed them meanwhile. A note from before the machine's last start means nothing.
void adjust_host_settings(const Networks& networks);

/// In a namespace of nothing but bridges: one network is not reached from another. (A new one may have
/// the host's setting.)
void forbid_forwarding();

/// "net.ipv4.ip_forward", as sysctl(8) names it, becomes `value`, unless it is that already.
void set_sysctl(const std::string& name, const std::string& value, Why why = {});

}  // namespace lockstep::net
