#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

#include "common/os/fd.hpp"

namespace lockstep::fetch {

/// Writes the folder that a container has changed, an overlay's upper one, as a layer: a plain tar
/// with the image-spec's whiteouts, given to `write` piece by piece. Sorted, without names of users
/// and without anything of the machine's, so that the same content is the same bytes.
///
/// The folder is a container's: no link is followed, and what can't stand in a layer is an Error,
/// except for sockets, which are left out, and told of. It may change meanwhile: each file is
/// written as it was at one moment, or it is an Error. See: the image-spec's layer.md
void pack_layer(const Fd& upper, const std::function<void(std::string_view)>& write);

/// The id that the container knows a user or a group by whose id is `id` for this process. The
/// same, as long as no step gives a container ids of its own: with borrowed root, the caller is 0
/// to both.
uint64_t container_id(uint64_t id);

}  // namespace lockstep::fetch
