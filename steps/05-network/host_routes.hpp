#pragma once

#include <vector>

#include "05-network/addresses.hpp"

/// Lesson 05: where this machine's packets go already. A network that took such a subnet would cut
/// the machine off from it.
namespace lockstep::net {

/// The subnets that this machine's routing tables lead to, and its own addresses. Not the default
/// routes, nor the two halves of everything by which some VPNs stand in for one: every subnet is
/// in those.
std::vector<Subnet> host_routes();

}  // namespace lockstep::net
