#pragma once

#include <string>

/// Lesson 04: whose a sandbox is, and how it goes. A sandbox is in the store, which several state
/// folders (--root) may share: each clears only its own.
namespace lockstep::overlay {

/// `path`, absolute, and without links if it is there.
std::string real_path(const std::string& path);
/// "STORE/containers", absolute.
std::string containers_of(const std::string& store);
/// The state folder of the container `id`, as this runtime has it; and the one that a sandbox
/// belongs to: empty if there is no sandbox, or nobody's.
std::string own_state(const std::string& id);
std::string owner_of(const std::string& sandbox);

/// First away from its place, to `spare`, then away: who is killed meanwhile leaves it under a name
/// that was noted. Throws SysError.
void remove_sandbox(const std::string& sandbox, const std::string& spare);

}  // namespace lockstep::overlay
