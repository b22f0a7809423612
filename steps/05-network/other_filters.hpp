#pragma once

#include <string>
#include <vector>

/// Lesson 05: packet filters beside ours.
namespace lockstep::net {

/// From the words of `nft -j list chains`: "ip filter FORWARD" for each base chain of another table
/// that drops what is forwarded unless one of its rules accepts it. Throws Error if `json` is none.
std::vector<std::string> forward_droppers(const std::string& json);

/// Says in one sentence that there are such, if there are: a packet must pass all chains of a hook,
/// so what our table accepts another one can still drop. Nothing where nft isn't installed.
void warn_of_other_filters();

}  // namespace lockstep::net
