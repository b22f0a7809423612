#include "07-cgroup/ownership.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "07-cgroup/cgroup_mounts.hpp"
#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

bool is_writable_cgroup(const oci::Mount& mount) {
  return mount.type.starts_with("cgroup") && mount.destination == "/sys/fs/cgroup" &&
         std::find(mount.options.begin(), mount.options.end(), "ro") == mount.options.end();
}

/// The host's id of the container's user; the same without a map.
std::optional<uid_t> outside(uid_t uid, const std::vector<oci::IdMapping>& map) {
  if (map.empty()) return uid;
  for (const oci::IdMapping& range : map) {
    if (uid >= range.container_id && uid - range.container_id < range.size)
      return range.host_id + (uid - range.container_id);
  }
  return std::nullopt;
}

}  // namespace

void hand_over(const oci::Config& config, const Folders& folders) {
  const Folder* const v2 = folders.v2();
  const bool wanted = has_own_namespace(config) &&
                      std::any_of(config.mounts.begin(), config.mounts.end(), is_writable_cgroup);
  const auto uid = outside(config.process.user.uid, config.linux.uid_mappings);
  if (v2 == nullptr || !wanted || !uid || *uid == ::geteuid()) return;
  auto names = proc::read_file("/sys/kernel/cgroup/delegate")
                   .value_or("cgroup.procs cgroup.subtree_control cgroup.threads");
  std::replace(names.begin(), names.end(), '\n', ' ');
  for (const std::string& file : fields(names + " .")) {
    if (::fchownat(v2->fd().get(), file.c_str(), *uid, static_cast<gid_t>(-1), 0) == 0 ||
        errno == ENOENT)
      continue;
    throw SysError(errno, fmt::format("fchownat({}, {})", quoted(v2->path() + "/" + file), *uid));
  }
}

}  // namespace lockstep::cgroup
