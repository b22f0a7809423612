#include "03-mount/propagation.hpp"

#include "common/os/error.hpp"
#include "common/os/mounts.hpp"
#include "common/os/proc.hpp"

namespace lockstep::mnt {

std::optional<unsigned long> propagation_flags(const std::string& name) {
  if (name == "private") return MS_PRIVATE;
  if (name == "slave") return MS_SLAVE;
  if (name == "shared") return MS_SHARED;
  if (name == "unbindable") return MS_UNBINDABLE;
  if (name == "rprivate") return MS_PRIVATE | MS_REC;
  if (name == "rslave") return MS_SLAVE | MS_REC;
  if (name == "rshared") return MS_SHARED | MS_REC;
  if (name == "runbindable") return MS_UNBINDABLE | MS_REC;
  return std::nullopt;
}

unsigned long root_propagation(const oci::Config& config) {
  const std::string& wanted = config.linux.rootfs_propagation;
  if (wanted.empty() || wanted == "unbindable")
    return MS_SLAVE;  // unbindable: the rootfs could not be bound
  const auto flags = propagation_flags(wanted);
  if (!flags) {
    throw Error(fmt::format(
        "config.json: linux.rootfsPropagation: expected private, slave, shared or unbindable, "
        "got {}",
        quoted(wanted)));
  }
  return *flags & ~static_cast<unsigned long>(MS_REC);
}

void keep_rootfs_mount_private(const oci::Config& config) {
  if (root_propagation(config) != MS_SHARED) return;
  const auto holder = proc::mount_of(config.root.path);
  if (!holder)
    throw Error(fmt::format("no mount holds {}: is /proc mounted?", quoted(config.root.path)));
  sys::mount("", holder->target, "", MS_PRIVATE, "", "the rootfs's own mounts are nobody else's");
}

void spread_rootfs_propagation(const oci::Config& config) {
  const std::string& wanted = config.linux.rootfs_propagation;
  if (wanted.empty()) return;
  sys::mount("", "/", "", propagation_flags(wanted).value_or(MS_SLAVE), "",
             "linux.rootfsPropagation");
}

}  // namespace lockstep::mnt
