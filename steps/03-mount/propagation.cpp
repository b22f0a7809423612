#include "03-mount/propagation.hpp"

#include <algorithm>

#include "common/os/borrowed_root.hpp"
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

namespace {

proc::Mount holder_of(const std::string& path) {
  auto holder = proc::mount_of(path);
  if (!holder) throw Error(fmt::format("no mount holds {}: is /proc mounted?", quoted(path)));
  return std::move(*holder);
}

bool is_shared(const oci::Mount& mount) {
  return std::any_of(mount.options.begin(), mount.options.end(),
                     [](const std::string& word) { return word == "shared" || word == "rshared"; });
}

void check_shared_volume(const oci::Mount& mount, const oci::Config& config) {
  const std::string what = fmt::format("mount {}: option shared", quoted(mount.destination));
  if (!has_root_powers()) {
    throw Error(what + ": without root nothing that is mounted inside can appear on the host",
                "rslave lets the host's later mounts appear inside");
  }
  const proc::Mount source = holder_of(mount.source);
  if (source.propagation.find("shared:") == std::string::npos) {
    throw Error(fmt::format("{}: {} lies on the mount {}, which is not shared itself", what,
                            quoted(mount.source), quoted(source.target)),
                fmt::format("as root: mount --make-shared {}", source.target));
  }
  if (source.id == holder_of(config.root.path).id) {
    throw Error(
        fmt::format("{}: {} lies on the same mount as the rootfs, which is cut off", what,
                    quoted(mount.source)),
        fmt::format("as root: mount --bind {0} {0} && mount --make-shared {0}", mount.source));
  }
}

}  // namespace

void keep_wire_for_shared_volumes(oci::Config& config) {
  for (const oci::Mount& mount : config.mounts) {
    if (!is_shared(mount)) continue;
    if (mount.type == "bind") check_shared_volume(mount, config);
    config.linux.rootfs_propagation = "shared";
  }
}

void keep_rootfs_mount_private(const oci::Config& config) {
  if (root_propagation(config) != MS_SHARED) return;
  sys::mount("", holder_of(config.root.path).target, "", MS_PRIVATE, "",
             "the rootfs's own mounts are nobody else's");
}

void cut_off_old_root(const oci::Config& config) {
  if (root_propagation(config) != MS_SHARED) return;
  // To mount(2) "." is the folder that we are in: the new root, with the volumes; ".." from there
  // leads to what lies on top of it. (umount2(2) takes the topmost mount at that place in any case:
  // given "." it would remove the host's tree, too.)
  sys::mount("", "..", "", MS_SLAVE | MS_REC, "",
             "or the host's tree would be unmounted on the host, too");
}

void spread_rootfs_propagation(const oci::Config& config) {
  const std::string& wanted = config.linux.rootfs_propagation;
  if (wanted.empty()) return;
  sys::mount("", "/", "", propagation_flags(wanted).value_or(MS_SLAVE), "",
             "linux.rootfsPropagation");
}

}  // namespace lockstep::mnt
