#include "common/os/mounts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/os/call.hpp"
#include "common/os/mount_hints.hpp"
#include "common/os/words.hpp"

namespace lockstep::sys {
namespace {

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

std::string describe_mount(const std::string& source, const std::string& target,
                           const std::string& type, unsigned long flags, const std::string& data) {
  return fmt::format("mount({}, {}, {}, {}{})", quoted(source), quoted(target), quoted(type),
                     words::mount_flags(flags), data.empty() ? "" : ", " + quoted(data));
}

}  // namespace

void mount(const std::string& source, const std::string& target, const std::string& type,
           unsigned long flags, const std::string& data, Why why) {
  call(
      why, [&] { return describe_mount(source, target, type, flags, data); },
      [&] { return ::mount(or_null(source), target.c_str(), or_null(type), flags, or_null(data)); },
      [&](int code) {
        return mount_hint(code, {source, target, type, flags});
      });
}

void mount_on(const std::string& source, const Place& target, const std::string& type,
              unsigned long flags, const std::string& data, Why why) {
  call(
      why, [&] { return describe_mount(source, target.name, type, flags, data); },
      [&] {
        return ::mount(or_null(source), target.fd.path().c_str(), or_null(type), flags,
                       or_null(data));
      },
      [&](int code) {
        return mount_hint(code, {source, target.fd.path(), type, flags});
      });
}

void unmount(const std::string& target, int flags, Why why) {
  call(
      why,
      [&] {
        return fmt::format("umount2({}, {})", quoted(target),
                           flags == MNT_DETACH                       ? "MNT_DETACH"
                           : flags == (MNT_DETACH | UMOUNT_NOFOLLOW) ? "MNT_DETACH|UMOUNT_NOFOLLOW"
                                                                     : fmt::to_string(flags));
      },
      [&] { return ::umount2(target.c_str(), flags); });
}

Fd clone_tree(const std::string& path, bool recursive, Why why) {
  const unsigned flags =
      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? unsigned{AT_RECURSIVE} : 0U);
  return Fd(static_cast<int>(call(
      why,
      [&] {
        return fmt::format("open_tree(AT_FDCWD, {}, OPEN_TREE_CLONE{})", quoted(path),
                           recursive ? "|AT_RECURSIVE" : "");
      },
      [&] { return ::syscall(SYS_open_tree, AT_FDCWD, path.c_str(), flags); },
      [&](int code) { return clone_tree_hint(code, path, recursive); })));
}

Fd clone_tree(const Place& place, bool recursive, Why why) {
  const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | unsigned{AT_EMPTY_PATH} |
                         (recursive ? unsigned{AT_RECURSIVE} : 0U);
  return Fd(static_cast<int>(call(
      why,
      [&] {
        return fmt::format("open_tree({}, \"\", OPEN_TREE_CLONE{}|AT_EMPTY_PATH)",
                           quoted(place.name), recursive ? "|AT_RECURSIVE" : "");
      },
      [&] { return ::syscall(SYS_open_tree, place.fd.get(), "", flags); },
      [&](int code) { return clone_tree_hint(code, place.fd.path(), recursive); })));
}

void set_mount_attributes(const Place& tree, const MountAttributes& attributes, Why why) {
  mount_attr attr{};
  attr.attr_set = attributes.set;
  attr.attr_clr = attributes.clear;
  attr.propagation = attributes.propagation;
  const unsigned flags =
      unsigned{AT_EMPTY_PATH} | (attributes.recursive ? unsigned{AT_RECURSIVE} : 0U);
  call(
      why,
      [&] {
        return fmt::format(
            "mount_setattr({}, \"\", AT_EMPTY_PATH{}, {{attr_set={}, attr_clr={}, "
            "propagation={}}})",
            quoted(tree.name), attributes.recursive ? "|AT_RECURSIVE" : "",
            words::mount_attributes(attributes.set), words::mount_attributes(attributes.clear),
            words::mount_flags(attributes.propagation));
      },
      [&] { return ::syscall(SYS_mount_setattr, tree.fd.get(), "", flags, &attr, sizeof attr); },
      [&](int code) { return mount_attributes_hint(code); });
}

void map_ids(const Place& tree, const Fd& user_namespace, bool recursive, Why why) {
  mount_attr attr{};
  attr.attr_set = MOUNT_ATTR_IDMAP;
  attr.userns_fd = static_cast<uint64_t>(user_namespace.get());
  const unsigned flags = unsigned{AT_EMPTY_PATH} | (recursive ? unsigned{AT_RECURSIVE} : 0U);
  call(
      why,
      [&] {
        return fmt::format(
            "mount_setattr({}, \"\", AT_EMPTY_PATH{}, {{attr_set=MOUNT_ATTR_IDMAP, userns_fd={}}})",
            quoted(tree.name), recursive ? "|AT_RECURSIVE" : "", user_namespace.get());
      },
      [&] { return ::syscall(SYS_mount_setattr, tree.fd.get(), "", flags, &attr, sizeof attr); },
      [&](int code) { return id_mapping_hint(code, tree.name); });
}

void attach(const Fd& tree, const Place& target, Why why) {
  call(
      why,
      [&] {
        return fmt::format(
            "move_mount({}, \"\", {}, \"\", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)",
            tree.get(), quoted(target.name));
      },
      [&] {
        return ::syscall(SYS_move_mount, tree.get(), "", target.fd.get(), "",
                         MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
      },
      [&](int code) {
        return mount_hint(code, {"", target.fd.path(), "", 0});
      });
}

void attach(const Fd& tree, const std::string& target, Why why) {
  call(
      why,
      [&] {
        return fmt::format("move_mount({}, \"\", AT_FDCWD, {}, MOVE_MOUNT_F_EMPTY_PATH)",
                           tree.get(), quoted(target));
      },
      [&] {
        return ::syscall(SYS_move_mount, tree.get(), "", AT_FDCWD, target.c_str(),
                         MOVE_MOUNT_F_EMPTY_PATH);
      },
      [&](int code) {
        return mount_hint(code, {"", target, "", 0});
      });
}

void pivot_root(const std::string& new_root, const std::string& put_old, Why why) {
  call(
      why, [&] { return fmt::format("pivot_root({}, {})", quoted(new_root), quoted(put_old)); },
      [&] { return ::syscall(SYS_pivot_root, new_root.c_str(), put_old.c_str()); },
      [&](int code) { return pivot_root_hint(code, new_root); });
}

bool is_mount_root(const std::string& path) {
  struct statx status {};
  if (::statx(AT_FDCWD, path.c_str(), 0, 0, &status) != 0) return true;
  const bool tells = (status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0;
  return !tells || (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

bool has_mount_api() {
  // A flag that no kernel knows: one that has the call says EINVAL, whoever asks (it looks at the
  // flags before it asks for privileges); an old one ENOSYS; a sandbox that filters it EPERM or
  // ENOSYS. mount_setattr is the youngest of the three.
  static const bool kHas = [] {
    constexpr unsigned kNoFlag = 1U << 31U;
    mount_attr attr{};
    return ::syscall(SYS_mount_setattr, -1, "", kNoFlag, &attr, sizeof attr) == 0 ||
           (errno != ENOSYS && errno != EPERM);
  }();
  return kHas;
}

}  // namespace lockstep::sys
