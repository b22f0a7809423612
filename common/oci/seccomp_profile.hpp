#pragma once

#include <string>
#include <vector>

#include "common/oci/seccomp.hpp"

namespace lockstep::oci {

/// What a profile's `includes` and `excludes` ask about.
struct ProfileConditions {
  std::vector<std::string> capabilities;  // the container's: "CAP_CHOWN"
  std::string architecture;               // the machine's, as Go names it: "amd64"
  int kernel_major = 0;
  int kernel_minor = 0;
};

/// Reads a profile as engines have it (`--security-opt seccomp=FILE`): `linux.seccomp` of a config.json,
/// with `archMap` in place of `architectures`, and for each rule `includes` and `excludes` (caps, arches,
/// minKernel), which are decided here. Throws Error as read_config.
Seccomp read_seccomp_profile(const std::string& text, const std::string& name,
                             const ProfileConditions& conditions);

}  // namespace lockstep::oci
