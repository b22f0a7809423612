#pragma once

#include "05-network/networks.hpp"

/// Lesson 05: the way out of a network, and the ways in. The kernel's packet filter rewrites
/// addresses: a container's becomes the host's on the way out (masquerade), the host's becomes a
/// container's on the way in (a published port). See: nft(8)
namespace lockstep::net {

/// All rules that `networks` need, as nft(8) reads them: one table, "inet lockstep", which replaces
/// the one before at one moment. Empty if no network has a member.
///
/// It is always the whole of it, made from what is on the disk: so a runtime that was killed in
/// between leaves nothing that the next one wouldn't set right.
std::string ruleset(const std::vector<Network>& networks);

/// Gives it to `nft -f -`. Throws Error with nft's own words.
void load_rules(const std::string& rules);
/// Throws Error that says how to get nft, if there is none.
void check_nft();

}  // namespace lockstep::net
