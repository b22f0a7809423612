#pragma once

#include "09-seccomp/seccomp.hpp"
#include "common/oci/seccomp.hpp"

/// Lesson 09: system calls that are newer than the profile, or than libseccomp.
namespace lockstep::seccomp {

/// What comes before libseccomp's filter, and lets all through to it but
///   - calls that the profile names and libseccomp has no number for: they get the profile's action;
///   - calls that are newer than the newest that the profile names: ENOSYS, for its author can't have had
///     them in mind. A program that hears "no such call" takes the older one, as on an older kernel;
///     one that hears EPERM gives up.
/// Empty where the profile allows by default (or logs, or leaves it to a tracer or an agent).
/// Throws Error for a rule of such a profile that can't be kept.
Program newer_calls(const oci::Seccomp& profile);

}  // namespace lockstep::seccomp
