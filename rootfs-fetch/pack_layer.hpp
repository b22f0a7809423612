#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

#include "common/images/owners.hpp"
#include "common/os/fd.hpp"

namespace lockstep::fetch {

/// Writes the folder that a container has changed, an overlay's upper one, as a layer: a plain tar
/// with the image-spec's whiteouts, given to `write` piece by piece. Sorted, without names of users
/// and without anything of the machine's, so that the same content is the same bytes.
///
/// The folder is a container's: no link is followed, and what can't stand in a layer is an Error,
/// except for sockets, which are left out, and told of. It may change meanwhile: each file is
/// written as it was at one moment, or it is an Error. `owners` are the container's numbers for the
/// ids that this process sees, if they are others. See: the image-spec's layer.md
void pack_layer(const Fd& upper, const std::function<void(std::string_view)>& write,
                const images::Owners& owners = {});

}  // namespace lockstep::fetch
