#pragma once

#include "05-network/networks.hpp"

/// Lesson 05: a network's bridge: a switch inside the kernel, with the host itself at one of its
/// ports. See: ip-link(8), "bridge"
namespace lockstep::net {

/// Makes the bridge if it isn't there, with the gateways as its addresses. Nothing that is there
/// already is made twice, so what was killed half-way is completed.
void make_bridge(const Network& network);
void remove_bridge(const Network& network);

/// The name of a new network's bridge: `asked`, or "ls-NAME" where that has at most 15 characters
/// and is free. Throws Error if `asked` is no name for an interface, or taken.
std::string bridge_name(const Networks& networks, const std::string& network,
                        const std::string& asked);

}  // namespace lockstep::net
