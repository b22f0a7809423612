#pragma once

#include "05-network/members.hpp"

namespace lockstep::net {

/// The joiner's place in each of the networks `chosen` (which are among `networks`), not written
/// down yet: addresses, the lowest free ones or those that were asked for; its ports, for the first
/// network that isn't internal. Throws Error for what is taken, and says by whom.
std::vector<Member> choose_places(const Networks& networks, const std::vector<Network*>& chosen,
                                  const Wanted& wanted, const Joiner& joiner);

}  // namespace lockstep::net
