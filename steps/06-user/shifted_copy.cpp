#include "06-user/shifted_copy.hpp"

#include <unistd.h>

#include "04-overlay/sandbox.hpp"
#include "04-overlay/shift.hpp"
#include "06-user/maps.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/users/own_root.hpp"
#include "common/users/subids.hpp"

namespace lockstep::usr {

bool needs_a_copy_without_root(const oci::Config& config) {
  if (!overlay::has_sandbox(config) || !has_own_users(config) || has_root_powers()) return false;
  return outside(config.linux.uid_mappings, 0) != ::geteuid() ||
         outside(config.linux.gid_mappings, 0) != ::getegid();
}

void copy_without_root(overlay::Overlay& overlay, const oci::Config& config) {
  const images::Owners owners =
      overlay::owners_by(overlay::shifted_maps(config.linux));  // before they are 0 here
  const auto copy = [&] {
    overlay.copy(owners, "without root only a copy can belong to the container's root");
    return 0;
  };
  if (has_root_powers()) {  // borrowed (05: a user's bridges), and over the same ids
    copy();
  } else {
    users::with_root_over(users::all_id_maps(), copy);
  }
}

}  // namespace lockstep::usr
