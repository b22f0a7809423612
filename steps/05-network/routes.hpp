#pragma once

#include "05-network/links.hpp"
#include "05-network/members.hpp"

namespace lockstep::net {

/// Inside: the routes of all networks that it is in, and of the first that isn't internal its
/// default route, for IPv4 and for IPv6, if bridges lead out (without root a helper does).
void add_routes(const sys::Netlink& netlink, const std::vector<Place>& places, bool lead_out);

}  // namespace lockstep::net
