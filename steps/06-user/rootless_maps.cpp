#include "06-user/rootless_maps.hpp"

#include <algorithm>

#include "06-user/maps.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/users/newuidmap.hpp"
#include "common/users/subids.hpp"

namespace lockstep::usr {
namespace {

void say_if_single(const oci::Config& config) {
  const auto said = config.annotations.find(kUsersAnnotation);
  if (said == config.annotations.end() || said->second != kSingleId) return;
  narrate::say(fmt::format("(not root: uid {} is the container's root, and its only user; {})",
                           caller_uid(), users::how_to_get_more_ids()));
}

/// In the numbers of this process's own user namespace.
Map numbered_here(const Map& map, const char* kind) {
  const Map own = users::read_map(fmt::format("/proc/self/{}id_map", kind));
  if (users::are_all_seen_by(map, own)) return users::seen_by(map, own);
  std::string words = text_of(map);
  std::replace(words.begin(), words.end(), '\n', ';');
  throw Error(fmt::format("--{0}idmap: not all of these ids are {1}'s: {2}", kind,
                          users::name_of(caller_uid()), words),
              fmt::format("/etc/sub{}id must give {} these ids: see subuid(5)", kind,
                          users::name_of(caller_uid())));
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
  linux.uid_mappings = numbered_here(linux.uid_mappings, "u");
  linux.gid_mappings = numbered_here(linux.gid_mappings, "g");
  return false;
}

}  // namespace lockstep::usr
