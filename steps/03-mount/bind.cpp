#include "03-mount/bind.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <array>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"

namespace lockstep::mnt {
namespace {

struct Pair {
  unsigned long kept;  // as statvfs(3) names it
  unsigned long flag;  // as mount(2) names it
  uint64_t attribute;
};
constexpr unsigned long kStNoSymFollow = 0x2000;  // ST_NOSYMFOLLOW, which glibc doesn't name
constexpr std::array kPairs = {Pair{ST_RDONLY, MS_RDONLY, MOUNT_ATTR_RDONLY},
                               Pair{ST_NOSUID, MS_NOSUID, MOUNT_ATTR_NOSUID},
                               Pair{ST_NODEV, MS_NODEV, MOUNT_ATTR_NODEV},
                               Pair{ST_NOEXEC, MS_NOEXEC, MOUNT_ATTR_NOEXEC},
                               Pair{ST_NOATIME, MS_NOATIME, MOUNT_ATTR_NOATIME},
                               Pair{ST_NODIRATIME, MS_NODIRATIME, MOUNT_ATTR_NODIRATIME},
                               Pair{ST_RELATIME, MS_RELATIME, 0},
                               Pair{0, MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
                               Pair{kStNoSymFollow, MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW}};

/// A remount replaces all flags of the mount, so those that it came with and that nobody asked to
/// clear are said again.
void remount(const sys::Place& place, uint64_t set, uint64_t clear) {
  struct statvfs now {};
  if (::statvfs(place.fd.path().c_str(), &now) != 0) {
    throw SysError(errno, fmt::format("statvfs({})", quoted(place.name)));
  }
  unsigned long flags = MS_BIND | MS_REMOUNT;
  for (const Pair& pair : kPairs) {
    const bool kept = (now.f_flag & pair.kept) != 0 && (clear & pair.attribute) == 0;
    if (kept || (set & pair.attribute) != 0) flags |= pair.flag;
  }
  constexpr uint64_t kAccessTime = MOUNT_ATTR__ATIME;
  if ((clear & kAccessTime) != 0 && (set & kAccessTime) == 0) flags |= MS_RELATIME;  // the default
  sys::mount_on("", place, "", flags, "",
                "an older kernel sets a bind's attributes in a second step");
}

/// The mount at `place`, and for recursive attributes each that lies below it.
void remount_all(const sys::Place& place, const MountOptions& options) {
  const uint64_t set = options.set_recursively;
  const uint64_t clear = options.clear_recursively;
  remount(place, options.set | set, options.clear | clear);
  if ((set | clear) == 0) return;
  const std::string path = sys::name_of(place.fd);
  const Beneath folder(place.fd.duplicate());
  for (const proc::Mount& mount : proc::mounts()) {
    if (path == "/" || mount.target.rfind(path + "/", 0) != 0) continue;
    const std::string below = mount.target.substr(path.size());
    const auto there = folder.open(below, O_PATH);
    if (there) remount({*there, place.name + below}, set, clear);
  }
}

/// What a bind may clear: it shows no more than its original allows (rrw, rdev, … do).
MountOptions of_a_bind(MountOptions options) {
  options.clear &= uint64_t{MOUNT_ATTR__ATIME};
  return options;
}

/// Before kernel 5.12: bind, open what is there now (`target` still means what lies beneath it),
/// remount.
void bind_in_two_steps(const std::string& source, const Beneath& root, const sys::Place& target,
                       const MountOptions& options, Why why) {
  sys::mount_on(source, target, "",
                MS_BIND | (options.recursive ? static_cast<unsigned long>(MS_REC) : 0UL), "", why);
  const auto on_top = root.open(target.name, O_PATH);
  if (!on_top) throw SysError(ENOENT, fmt::format("{}, just mounted", quoted(target.name)));
  set_attributes({*on_top, target.name}, of_a_bind(options), why);
}

}  // namespace

void set_attributes(const sys::Place& place, const MountOptions& options, Why why) {
  const bool single = (options.set | options.clear) != 0;
  const bool recursive = (options.set_recursively | options.clear_recursively) != 0;
  if (!sys::has_mount_api()) {
    if (single || recursive) remount_all(place, options);
    for (const unsigned long flags : options.propagation)
      sys::mount_on("", place, "", flags, "", why);
    return;
  }
  if (single) sys::set_mount_attributes(place, {options.set, options.clear, 0, false}, why);
  if (recursive) {
    sys::set_mount_attributes(place, {options.set_recursively, options.clear_recursively, 0, true},
                              why);
  }
  for (const unsigned long flags : options.propagation) {
    sys::set_mount_attributes(
        place, {0, 0, flags & ~static_cast<unsigned long>(MS_REC), (flags & MS_REC) != 0}, why);
  }
}

void attach_tree(const Fd& tree, const std::string& name, const sys::Place& target,
                 const MountOptions& options, Why why) {
  set_attributes({tree, name}, of_a_bind(options), "before anybody can see it");
  sys::attach(tree, target, why);
}

void bind(const std::string& source, const Beneath& root, const sys::Place& target,
          const MountOptions& options, Why why) {
  if (!sys::has_mount_api()) return bind_in_two_steps(source, root, target, options, why);
  attach_tree(sys::clone_tree(source, options.recursive, why), source, target, options, why);
}

void bind(const sys::Place& source, const Beneath& root, const sys::Place& target,
          const MountOptions& options, Why why) {
  if (!sys::has_mount_api()) return bind_in_two_steps(source.fd.path(), root, target, options, why);
  attach_tree(sys::clone_tree(source, options.recursive, why), source.name, target, options, why);
}

}  // namespace lockstep::mnt
