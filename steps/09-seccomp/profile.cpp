#include "09-seccomp/profile.hpp"

#include "common/os/error.hpp"

namespace lockstep::seccomp {

std::optional<oci::Seccomp> profile_of(const oci::Config& config) {
  if (config.linux.seccomp) return config.linux.seccomp;
  const std::string name = oci::annotation(config, kProfileAnnotation);
  if (name.empty() || name == kUnconfined) return std::nullopt;
  if (name != kDefaultProfile)
    throw Error(fmt::format("annotations[{}]: expected {} or {}, got {}",
                            quoted(kProfileAnnotation), quoted(kDefaultProfile),
                            quoted(kUnconfined), quoted(name)));
  return default_profile(capabilities_of(config));
}

std::vector<std::string> capabilities_of(const oci::Config& /*config*/) {
  return {
      "CAP_SYS_CHROOT"};  // of those that a profile asks about, all that docker gives a container
}

}  // namespace lockstep::seccomp
