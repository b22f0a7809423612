#pragma once

#include <functional>

#include "common/os/child.hpp"

/// Lesson 06: a short stay in the child's mount namespace.
namespace lockstep::usr {

/// Calls `body` there, with this process's own user and powers, and comes back, to the same working
/// directory. The mounts of a namespace that belongs to another user namespace are locked: what the
/// host mounted read-only or nosuid can't be changed there. What is opened or copied in `body` is
/// locked likewise, and the child can attach it.
/// While single-threaded. See: setns(2), mount_namespaces(7)
void in_mounts_of(const Child& child, const std::function<void()>& body);

/// Whether this process could come back: it has power over its own mount namespace. Not so for the
/// root of a user namespace who was given no mount namespace with it.
bool can_visit();

}  // namespace lockstep::usr
