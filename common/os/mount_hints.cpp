#include "common/os/mount_hints.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/os/error.hpp"
#include "common/os/execute_hint.hpp"
#include "common/os/mount_api.hpp"
#include "common/os/proc.hpp"

namespace lockstep {
namespace {

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool has_sys_admin() {
  const auto status = proc::read_file("/proc/self/status").value_or("");
  const size_t at = status.find("CapEff:");
  if (at == std::string::npos) return true;
  constexpr unsigned kSysAdmin = 21;
  return ((std::stoull(status.substr(at + 7), nullptr, 16) >> kSysAdmin) & 1U) != 0;
}

bool in_own_user_namespace() {
  const auto map = proc::read_file("/proc/self/uid_map").value_or("");
  return map.find("4294967295") == std::string::npos;
}

std::string permission_hint(const MountOperands& operands) {
  if (!has_sys_admin()) {
    return "this process has no CAP_SYS_ADMIN in its user namespace, which mount(2) needs: run as "
           "root, or let the step borrow root in a user namespace";
  }
  if (operands.type == "sysfs") {
    return "sysfs can be mounted only by who owns the network namespace: give the container a "
           "network "
           "namespace of its own, or bind the host's /sys read-only";
  }
  if (operands.type == "proc") {
    return "a new /proc may show no more than the one that is there: something is mounted over a "
           "part "
           "of /proc (as inside Docker without --privileged), or there is no new PID namespace";
  }
  if ((operands.flags & MS_REMOUNT) != 0 && in_own_user_namespace()) {
    return "in a user namespace a remount must keep the flags that the mount came with (nosuid, "
           "nodev, "
           "noexec, ro, atime): they are locked";
  }
  return "the file system may not be mounted from a user namespace, or a security module "
         "(AppArmor, "
         "SELinux; see dmesg) denied it";
}

}  // namespace

std::string mount_hint(int code, const MountOperands& operands) {
  switch (code) {
    case ENOENT:
      if (!exists(operands.target))
        return fmt::format("the mount point {} must exist", operands.target);
      return fmt::format("the source {} must exist", quoted(operands.source));
    case ENOTDIR:
      return "one of source and target is a folder and the other is a file: both must be the same "
             "kind";
    case EACCES:
      for (const std::string& path : {operands.target, operands.source}) {
        if (std::string folder = search_hint(path + "/"); !folder.empty()) return folder;
      }
      return permission_hint(operands);
    case EPERM:
      return permission_hint(operands);
    case ENODEV:
      return fmt::format(
          "this kernel has no file system {}: see /proc/filesystems (a module may be "
          "missing)",
          quoted(operands.type));
    case EINVAL:
      if ((operands.flags & MS_BIND) != 0) {
        return "binding a folder without what is mounted below it is refused in a user namespace: "
               "use a recursive bind (rbind)";
      }
      if (operands.type.empty()) {
        return fmt::format("{} is no mount point: are we in a chroot?", operands.target);
      }
      return fmt::format(
          "the file system {} doesn't know one of the options; the kernel's own words "
          "are in dmesg",
          quoted(operands.type));
    case ENOSPC:
      return "not the disk is full: the mount namespace holds fs.mount-max mounts already";
    case ELOOP:
      return "a symbolic link stands where a folder was expected";
    default:
      return "";
  }
}

std::string clone_tree_hint(int code, const std::string& path, bool recursive) {
  if (code == ENOENT) return fmt::format("{} must exist on the host", quoted(path));
  if (code == EINVAL && !recursive) {
    return "binding a folder without what is mounted below it is refused in a user namespace: use "
           "a "
           "recursive bind (rbind)";
  }
  if (code == EINVAL) return "the mount is unbindable (see unbindable in mount_namespaces(7))";
  return mount_hint(code, {path, path, "", MS_BIND});
}

std::string mount_attributes_hint(int code) {
  if (code == EPERM) {
    return "in a user namespace the flags that a mount came with (nosuid, nodev, noexec, ro, "
           "atime) are "
           "locked: they can be added, not taken away";
  }
  if (code == ENOSYS) return "mount_setattr(2) needs kernel 5.12";
  return "";
}

std::string id_mapping_hint(int code, const std::string& path) {
  const auto mount = proc::mount_of(path);
  const std::string type = mount ? mount->type : "its file system";
  if (code == EINVAL)
    return fmt::format("this kernel can't id-map {} (ext4 and xfs from 5.12, tmpfs from 6.3)",
                       type);
  if (code == EPERM) {
    return fmt::format("{} belongs to another user namespace than ours, or is id-mapped already",
                       type);
  }
  return mount_attributes_hint(code);
}

std::string pivot_root_hint(int code, const std::string& new_root) {
  if (code != EINVAL && code != EBUSY) {
    return code == EPERM ? permission_hint({"", new_root, "", 0}) : "";
  }
  std::array<char, 4096> buffer{};
  const std::string path = ::getcwd(buffer.data(), buffer.size()) != nullptr && new_root == "."
                               ? buffer.data()
                               : new_root;
  const auto root = proc::mount_of("/");
  if (root && root->type == "rootfs") {
    return "the host's root is the initial ramfs, which pivot_root(2) can't put away: use "
           "--no-pivot";
  }
  const auto mount = proc::mount_of(path);
  if (!mount || mount->target != path) {
    return fmt::format("{} is not a mount point: bind it onto itself first", quoted(path));
  }
  for (const auto& parent : proc::mounts()) {
    if (parent.id == mount->parent && parent.propagation.find("shared:") != std::string::npos) {
      return fmt::format("the parent mount {} is shared: make it private first",
                         quoted(parent.target));
    }
  }
  if (!is_directory(path)) return fmt::format("{} is not a folder", quoted(path));
  return "the new root is the current root, or on it";
}

}  // namespace lockstep
