#include "06-user/idmap_option.hpp"

#include <algorithm>

#include "06-user/maps.hpp"
#include "common/os/error.hpp"

namespace lockstep::usr {

bool is_idmapped(const oci::Mount& mount) {
  return !mount.uid_mappings.empty() ||
         std::any_of(mount.options.begin(), mount.options.end(),
                     [](const std::string& word) { return word == "idmap" || word == "ridmap"; });
}

void check_idmaps(const oci::Config& config, bool by_the_host) {
  for (const oci::Mount& mount : config.mounts) {
    if (!is_idmapped(mount)) continue;
    const std::string what = fmt::format("mount {}: option idmap: ", quoted(mount.destination));
    if (!by_the_host)
      throw Error(what + "only the host's root may map the ids of its files", "leave idmap out");
    if (mount.uid_mappings.empty() && !has_own_users(config))
      throw Error(what + "there are no ids to map: the container has no users of its own",
                  "give the mount uidMappings and gidMappings, or the container a user namespace");
  }
}

}  // namespace lockstep::usr
