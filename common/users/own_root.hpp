#pragma once

#include <functional>

#include "common/users/id_map.hpp"

/// Root over files of one's own containers. Without root a container's users are subordinate ids of
/// whoever made it: on disk their files belong to other users, who may close them to everybody. Only
/// in a user namespace with these ids can they all be read and removed.
namespace lockstep::users {

/// Calls `body` in a child process with root's powers over files of the ids in `maps`, which shows
/// them as the container does. The child keeps the caller's own id, and hands its powers on to what
/// it executes. Returns what `body` returns, or the exit status of what it executed.
/// Throws what `body` throws, as Error or SysError.
int with_root_over(const Maps& maps, const std::function<int()>& body);

/// Calls `body`; where files of subordinate ids stand in its way (EACCES, EPERM), once more with
/// root over them all.
void with_root_if_needed(const std::function<void()>& body);

}  // namespace lockstep::users
