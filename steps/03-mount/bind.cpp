#include "03-mount/bind.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <array>

#include "common/os/error.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::mnt {
namespace {

struct Pair {
  unsigned long kept;  // as statvfs(3) names it
  unsigned long flag;  // as mount(2) names it
  uint64_t attribute;
};
constexpr std::array kPairs = {Pair{ST_RDONLY, MS_RDONLY, MOUNT_ATTR_RDONLY},
                               Pair{ST_NOSUID, MS_NOSUID, MOUNT_ATTR_NOSUID},
                               Pair{ST_NODEV, MS_NODEV, MOUNT_ATTR_NODEV},
                               Pair{ST_NOEXEC, MS_NOEXEC, MOUNT_ATTR_NOEXEC},
                               Pair{ST_NOATIME, MS_NOATIME, MOUNT_ATTR_NOATIME},
                               Pair{ST_NODIRATIME, MS_NODIRATIME, MOUNT_ATTR_NODIRATIME},
                               Pair{ST_RELATIME, MS_RELATIME, 0}};

/// A remount replaces all flags of the mount, so those that it came with and that nobody asked to
/// clear are said again.
void remount(const sys::Place& place, const MountOptions& options) {
  struct statvfs now {};
  if (::statvfs(place.fd.path().c_str(), &now) != 0) {
    throw SysError(errno, fmt::format("statvfs({})", quoted(place.name)));
  }
  const uint64_t set = options.set | options.set_recursively;
  unsigned long flags = MS_BIND | MS_REMOUNT;
  for (const Pair& pair : kPairs) {
    const bool kept = (now.f_flag & pair.kept) != 0 && (options.clear & pair.attribute) == 0;
    if (kept || (set & pair.attribute) != 0) flags |= pair.flag;
  }
  sys::mount_on("", place, "", flags, "",
                "an older kernel sets a bind's attributes in a second step");
}

/// Before kernel 5.12: bind, open what is there now (`target` still means what lies beneath it),
/// remount.
void bind_in_two_steps(const std::string& source, const Beneath& root, const sys::Place& target,
                       const MountOptions& options, Why why) {
  sys::mount_on(source, target, "",
                MS_BIND | (options.recursive ? static_cast<unsigned long>(MS_REC) : 0UL), "", why);
  const auto on_top = root.open(target.name, O_PATH);
  if (!on_top) throw SysError(ENOENT, fmt::format("{}, just mounted", quoted(target.name)));
  set_attributes({*on_top, target.name}, options, why);
}

/// Attaches a copy from open_tree(2), complete.
void attach_tree(const Fd& tree, const std::string& name, const sys::Place& target,
                 const MountOptions& options, Why why) {
  MountOptions wanted = options;
  wanted.clear &= uint64_t{MOUNT_ATTR__ATIME};
  set_attributes({tree, name}, wanted, "before anybody can see it");
  sys::attach(tree, target, why);
}

}  // namespace

void set_attributes(const sys::Place& place, const MountOptions& options, Why why) {
  const bool single = (options.set | options.clear) != 0;
  const bool recursive = (options.set_recursively | options.clear_recursively) != 0;
  if (!sys::has_mount_api()) {
    if (recursive)
      narrate::say(fmt::format(
          "({}: only itself, not what is mounted below it: this needs kernel 5.12)", place.name));
    if (single || recursive) remount(place, options);
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
