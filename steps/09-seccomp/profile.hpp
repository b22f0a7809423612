#pragma once

#include <optional>
#include <string>
#include <vector>

#include "08-capabilities/labels.hpp"
#include "common/oci/config.hpp"

/// Lesson 09: which profile a container has.
namespace lockstep::seccomp {

/// The default profile, for a config without `linux.seccomp` that asks for it by name; nothing otherwise.
std::optional<oci::Seccomp> own_profile(const oci::Config& config);

/// The default profile, for a container with these capabilities ("CAP_SYS_CHROOT"): what Docker's allows,
/// it allows. Calls that it doesn't know are ENOSYS, as from an older kernel, so that programs go on with
/// what there was before; all others EPERM.
oci::Seccomp default_profile(const std::vector<std::string>& capabilities);

/// Those that a container's programs can have.
std::vector<std::string> capabilities_of(const oci::Config& config);

/// oci::kSeccompAnnotation's values: run's own profile, or none.
constexpr const char* kDefaultProfile = "default";
using caps::kUnconfined;

}  // namespace lockstep::seccomp
