#include "06-user/rootless_maps.hpp"

#include "06-user/maps.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/users/newuidmap.hpp"

namespace lockstep::usr {
namespace {

void say_if_single(const oci::Config& config) {
  const auto said = config.annotations.find(kUsersAnnotation);
  if (said == config.annotations.end() || said->second != kSingleId) return;
  narrate::say(fmt::format("(not root: uid {} is the container's root, and its only user; {})",
                           caller_uid(), users::how_to_get_more_ids()));
}

}  // namespace

bool write_maps_without_root(oci::Config& config, pid_t pid) {
  if (caller_uid() == 0) return false;
  say_if_single(config);
  oci::Linux& linux = config.linux;
  if (!has_root_powers()) {
    users::write_maps_without_root({linux.uid_mappings, linux.gid_mappings}, pid);
    return true;
  }
  linux.uid_mappings = users::seen_by(linux.uid_mappings, users::read_map("/proc/self/uid_map"));
  linux.gid_mappings = users::seen_by(linux.gid_mappings, users::read_map("/proc/self/gid_map"));
  return false;
}

}  // namespace lockstep::usr
