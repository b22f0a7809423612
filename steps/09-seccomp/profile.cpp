#include "09-seccomp/profile.hpp"

#include "common/os/capabilities.hpp"
#include "common/os/error.hpp"

namespace lockstep::seccomp {

std::optional<oci::Seccomp> own_profile(const oci::Config& config) {
  const std::string name = oci::annotation(config, oci::kSeccompAnnotation);
  if (name.empty() || name == kUnconfined) return std::nullopt;
  if (name != kDefaultProfile)
    throw Error(fmt::format("annotations[{}]: expected {} or {}, got {}",
                            quoted(oci::kSeccompAnnotation), quoted(kDefaultProfile),
                            quoted(kUnconfined), quoted(name)));
  return default_profile(capabilities_of(config));
}

std::vector<std::string> capabilities_of(const oci::Config& config) {
  const auto& sets = config.process.capabilities;
  std::vector<std::string> names;
  for (unsigned number = 0; sets && sets->bounding >> number != 0; ++number) {
    if ((sets->bounding & capability_bit(number)) != 0) names.push_back(words::capability(number));
  }
  return names;
}

}  // namespace lockstep::seccomp
