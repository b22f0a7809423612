#pragma once

#include "09-seccomp/seccomp.hpp"
#include "common/oci/seccomp.hpp"

/// Lesson 09: a profile as the kernel's program.
namespace lockstep::seccomp {

/// Has libseccomp translate it, with the calls that it doesn't know yet before it (newer_calls.hpp). Takes
/// milliseconds for a profile of hundreds of calls, so the result is kept (cache.hpp).
/// Names that no kernel of these architectures has are passed over: profiles name those of others, too.
/// Throws Error.
Program compile(const oci::Seccomp& profile);

/// The profile's flags, as seccomp(2) takes them: without the spec's `flags` SPEC_ALLOW alone, as runc does.
unsigned flags_of(const oci::Seccomp& profile);

/// Both.
Filter filter_of(const oci::Seccomp& profile);

/// The architecture's token of libseccomp: "SCMP_ARCH_X86_64". Throws Error for one that it doesn't know.
uint32_t architecture(const std::string& name);

/// An action as the kernel's answer; `errno_ret` for those that have one.
uint32_t action(const std::string& name, std::optional<unsigned> errno_ret);

/// The architectures' names, as far as libseccomp knows them: for `features`.
std::vector<std::string> known_architectures();

}  // namespace lockstep::seccomp
