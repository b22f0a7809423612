#pragma once

#include <sys/types.h>

#include <string>

#include "common/users/id_map.hpp"

/// Who isn't root may map their own id, and what newuidmap(1) and newgidmap(1) let them.
namespace lockstep::users {

/// Writes the maps of the user namespace of `pid` as somebody who isn't root: one's own id alone
/// directly, with setgroups(2) denied first; all others by newuidmap and newgidmap.
/// Throws Error with what the programs said.
void write_maps_without_root(const Maps& maps, pid_t pid);

/// Why newuidmap and newgidmap can't do that for this process, as the end of a sentence; empty if
/// nothing is known to be in the way.
std::string obstacle_to_helpers();

/// For who has no subordinate ids: what would give them some, as the end of a sentence.
std::string how_to_get_more_ids();

}  // namespace lockstep::users
