#include "06-user/idmapped_mounts.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "03-mount/bind.hpp"
#include "03-mount/mount_options.hpp"
#include "04-overlay/image_volumes.hpp"
#include "06-user/idmap_option.hpp"
#include "06-user/idmapped_image.hpp"
#include "06-user/mapped_tree.hpp"
#include "06-user/maps.hpp"
#include "06-user/reach.hpp"
#include "06-user/shifted_copy.hpp"
#include "06-user/visit.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/mounts.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::usr {

/// Something of the host's that the child needs: the rootfs, or the source of a mount.
struct Places::Place {
  std::string& path;
  oci::Mount* mount;  // nullptr: it is the rootfs
  mnt::MountOptions options;
};

namespace {

struct stat status_of(const Fd& fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0)
    throw SysError(errno, fmt::format("fstat({})", quoted(path)));
  return status;
}

bool has_owner_inside(const struct stat& status, const oci::Linux& linux) {
  return inside(linux.uid_mappings, status.st_uid).has_value();
}

void say_not_mapped(const std::string& rootfs, const std::string& why) {
  narrate::say(fmt::format(
      "(the rootfs {} keeps the host's ids, so the container's root may read it and not change "
      "it: it can't be id-mapped: {}; --userns host does without)",
      rootfs, why));
}

/// The rootfs as a mount of its own.
Fd rootfs_mount(const sys::Place& place, const oci::Config& config, const Fd& users) {
  if (has_owner_inside(status_of(place.fd, place.name), config.linux)) return plain_mount(place);
  try {
    Fd mount = attached(mapped_copy(place, users), place);
    say_who_reaches(place, config);
    return mount;
  } catch (const SysError& error) {
    if (!cant_be_mapped(error)) throw;
    say_not_mapped(place.name, error.hint());
    return plain_mount(place);
  }
}

/// A device node in the rootfs, which whoever made the image put there, opens nothing.
void forbid_devices(const sys::Place& rootfs) {
  mnt::MountOptions options;
  options.set = MOUNT_ATTR_NODEV;
  mnt::set_attributes(rootfs, options, "devices come with /dev, not with an image");
}

Fd open_source(const std::string& path, const oci::Mount* mount) {
  if (mount == nullptr) return sys::open(path, O_PATH | O_DIRECTORY);
  if (auto there = sys::open_if_there(path, O_PATH)) return std::move(*there);
  throw SysError(ENOENT,
                 fmt::format("mount {}: the source {}", quoted(mount->destination), quoted(path)),
                 "it must exist on the host");
}

bool is_writable(const mnt::MountOptions& options) {
  return ((options.set | options.set_recursively) & MOUNT_ATTR_RDONLY) == 0;
}

/// Only to people: an engine that hands a bundle over has its own mind about whose volumes are.
void say_whose(const oci::Config& config, const oci::Mount& mount, const Fd& source) {
  const struct stat status = status_of(source, mount.source);
  const bool is_files = S_ISDIR(status.st_mode) || S_ISREG(status.st_mode);
  if (!is_files || has_owner_inside(status, config.linux)) return;
  if (overlay::is_image_volume(config, mount)) return;  // the container's own, as upper is
  if (config.annotations.count(kUsersAnnotation) == 0) return;
  narrate::say(fmt::format(
      "(volume {}: {} belongs to uid {}, who has no id in the container: to write there as its "
      "root, add :idmap to the volume, or run with --userns host)",
      mount.destination, mount.source, status.st_uid));
}

bool needs_the_host(const oci::Config& config) {
  if (!has_root_powers() || !can_visit()) return false;
  return has_own_users(config) ||
         std::any_of(config.mounts.begin(), config.mounts.end(), is_idmapped);
}

}  // namespace

Places::Places(oci::Config& config, overlay::Overlay& overlay)
    : config_(config),
      overlay_(overlay),
      by_the_host_(needs_the_host(config)),
      copies_(needs_a_copy_without_root(config)) {}

std::vector<Places::Place> Places::all() {
  std::vector<Place> places;
  const bool own = has_own_users(config_);
  if (own && !config_.root.path.empty()) places.push_back({config_.root.path, nullptr, {}});
  for (oci::Mount& mount : config_.mounts) {
    auto options = mnt::parse_mount_options(mount.options, mount.type, mount.destination);
    if (!options.bind || options.remount || (!own && !is_idmapped(mount))) continue;
    places.push_back({mount.source, &mount, std::move(options)});
  }
  return places;
}

std::vector<Fd> Places::open_all(const Child& child) {
  const Fd users = sys::open(fmt::format("/proc/{}/ns/user", child.pid()), O_RDONLY);
  std::vector<Place> places = all();
  std::vector<Fd> opened;
  in_mounts_of(child, [&] {
    if (overlay_.stack() && has_own_users(config_)) mount_mapped(overlay_, config_, users);
    // All of them before the rootfs is covered: one may lie in it.
    for (const Place& place : places) opened.push_back(open_source(place.path, place.mount));
    for (size_t i = 0; i < places.size(); ++i) {
      const auto& [path, mount, options] = places[i];
      const sys::Place there{opened[i], path};
      if (mount == nullptr) {
        if (!overlay_.stack()) opened[i] = rootfs_mount(there, config_, users);
        if (!sys::is_mount_root(opened[i].path())) opened[i] = plain_mount(there);  // a copy
        forbid_devices({opened[i], path});
      } else if (is_idmapped(*mount)) {
        const Fd own = mount->uid_mappings.empty()
                           ? Fd()
                           : users_with(mount->uid_mappings, mount->gid_mappings);
        opened[i] =
            mapped_volume(there, own ? own : users, {options.recursive, options.recursive_idmap});
      } else if (is_writable(options)) {
        say_whose(config_, *mount, opened[i]);
      }
    }
  });
  return opened;
}

void Places::say_what_is_missing() const {
  const std::string& rootfs = config_.root.path;
  if (!has_own_users(config_) || caller_uid() != 0 || rootfs.empty()) return;
  const Fd folder = sys::open(rootfs, O_PATH | O_DIRECTORY);
  if (has_owner_inside(status_of(folder, rootfs), config_.linux)) return;
  say_not_mapped(rootfs, "this is itself a user namespace, and its mounts are not its own");
}

void Places::open(const Child& child, Handshake& handshake) {
  if (copies_) return copy_without_root(overlay_, config_);  // shifted_copy.cpp
  check_idmaps(config_, by_the_host_);
  if (!by_the_host_) return say_what_is_missing();
  for (const Fd& place : open_all(child)) handshake.send(place);
}

void Places::receive(Handshake& host) {
  if (copies_) overlay_.is_there();
  if (!by_the_host_) return;
  if (has_own_users(config_)) overlay_.is_there();
  for (Place& place : all()) {
    opened_.push_back(host.receive());
    place.path = opened_.back().path();
    if (place.mount == nullptr) {
      config_.root.is_mount = true;
      continue;
    }
    place.mount->is_tree = is_idmapped(*place.mount);
    auto& words = place.mount->options;  // what they ask for is done
    words.erase(
        std::remove_if(words.begin(), words.end(),
                       [](const std::string& word) { return word == "idmap" || word == "ridmap"; }),
        words.end());
    place.mount->uid_mappings.clear();
    place.mount->gid_mappings.clear();
  }
}

}  // namespace lockstep::usr
