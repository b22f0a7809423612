#include "04-overlay/shift.hpp"

#include <unistd.h>

#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/users/subids.hpp"

namespace lockstep::overlay {
users::Maps shifted_maps(const oci::Linux& linux) {
  if (has_root_powers()) return {linux.uid_mappings, linux.gid_mappings};
  const users::Maps all = users::all_id_maps();
  return {users::seen_by(linux.uid_mappings, all.uids),
          users::seen_by(linux.gid_mappings, all.gids)};
}

std::optional<users::Maps> shifted_maps(const pid::Record& record) {
  const std::string sandbox = oci::annotation(*record.config, oci::kSandboxAnnotation);
  const bool shifted = !sandbox.empty() && ::access((sandbox + "/shifted").c_str(), F_OK) == 0;
  if (!shifted) return std::nullopt;
  if (record.owner != caller_uid()) {
    throw Error(fmt::format("container {} is uid {}'s, and so are the ids in its files",
                            quoted(record.id), record.owner),
                "only that user knows what they are inside");
  }
  return shifted_maps(record.config->linux);
}

images::Owners owners_by(const users::Maps& maps) {
  return {[map = maps.uids](uint32_t id) { return users::outside(map, id); },
          [map = maps.gids](uint32_t id) { return users::outside(map, id); }};
}

}  // namespace lockstep::overlay
