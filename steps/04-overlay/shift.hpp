#pragma once

#include <optional>

#include "02-pid/state.hpp"
#include "common/images/owners.hpp"
#include "common/users/id_map.hpp"

/// Lesson 04: a copy of the layers that belongs to users of the container's own (lesson 06), where the
/// kernel can't translate: each file's owner on disk is the id that the container's user has outside,
/// just as if the container's root had made it.
namespace lockstep::overlay {

/// The container's maps by the numbers that ids have for who reads and writes the store: root, or
/// without it a process in a user namespace of users::all_id_maps(). To be asked for before that is
/// entered.
users::Maps shifted_maps(const oci::Linux& linux);

/// The same for a container that is there; nothing if its files weren't copied so.
/// Throws Error if whoever calls isn't the user whose ids they are.
std::optional<users::Maps> shifted_maps(const pid::Record& record);

/// Whose the image's files are in such a copy.
images::Owners owners_by(const users::Maps& maps);

}  // namespace lockstep::overlay
