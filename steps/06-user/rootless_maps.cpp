#include "06-user/rootless_maps.hpp"

#include <unistd.h>

#include "06-user/maps.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/users/newuidmap.hpp"

namespace lockstep::usr {

bool write_maps_without_root(const oci::Config& config, pid_t pid) {
  if (has_root_powers()) return false;
  users::write_maps_without_root({config.linux.uid_mappings, config.linux.gid_mappings}, pid);
  const auto said = config.annotations.find(kUsersAnnotation);
  if (said != config.annotations.end() && said->second == kSingleId) {
    narrate::say(fmt::format("(not root: uid {} is the container's root, and its only user; {})",
                             ::geteuid(), users::how_to_get_more_ids()));
  }
  return true;
}

}  // namespace lockstep::usr
