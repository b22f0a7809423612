#pragma once

#include <span>

/// Lesson 09: the default profile's tables.
namespace lockstep::seccomp {

/// What is allowed, and why it may be. A call that an architecture doesn't have is passed over there.
struct Group {
  const char* why;
  const char* calls;
};
std::span<const Group> always_allowed();

/// What only makes sense with a capability, and is refused without: the kernel would refuse it, too, but
/// not before it had run its own code on the arguments; and in a user namespace of the program's own
/// it wouldn't.
struct Power {
  const char* capability;
  const char* calls;
};
std::span<const Power> allowed_with_capability();

}  // namespace lockstep::seccomp
