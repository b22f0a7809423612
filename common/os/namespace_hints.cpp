#include "common/os/namespace_hints.hpp"

#include <sched.h>

#include <cerrno>

#include "common/os/proc.hpp"

namespace lockstep {
namespace {

/// "0" if the sysctl is there and has that value.
bool sysctl_is(const char* name, const char* value) {
  std::string path = "/proc/sys/";
  for (const char* c = name; *c != '\0'; ++c) path += *c == '.' ? '/' : *c;
  const auto text = proc::read_file(path);
  return text && text->substr(0, text->find('\n')) == value;
}

std::string user_namespace_hint() {
  if (sysctl_is("user.max_user_namespaces", "0")) {
    return "user namespaces are turned off on this machine: as root, "
           "`sysctl user.max_user_namespaces=15000`";
  }
  if (sysctl_is("kernel.unprivileged_userns_clone", "0")) {
    return "ordinary users may not make user namespaces here: as root, "
           "`sysctl kernel.unprivileged_userns_clone=1`";
  }
  if (sysctl_is("kernel.apparmor_restrict_unprivileged_userns", "1")) {
    return "AppArmor keeps ordinary users from user namespaces (Ubuntu 23.10 and later): as root, "
           "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`, or give this program a "
           "profile";
  }
  return "the sandbox around this process (Docker's seccomp profile, a chroot) forbids user "
         "namespaces: run as root outside of it; as root inside, from step06 on, with --userns "
         "host";
}

}  // namespace

std::string namespaces_hint(int code, uint64_t namespaces) {
  const bool user = (namespaces & CLONE_NEWUSER) != 0;
  switch (code) {
    case EPERM:
      return user ? user_namespace_hint()
                  : "new namespaces need CAP_SYS_ADMIN: run as root, or let the step borrow root "
                    "in a user "
                    "namespace";
    case ENOSPC:
      if (user && sysctl_is("user.max_user_namespaces", "0")) return user_namespace_hint();
      return "a limit on namespaces is reached: see /proc/sys/user/max_*_namespaces";
    case EUSERS:
      return "user namespaces are nested 32 deep already";
    case EAGAIN:
      return "no more processes: see `ulimit -u` and the pids limit of this cgroup";
    case EINVAL:
      return "this kernel was built without one of these namespaces: see CONFIG_*_NS in its config";
    default:
      return "";
  }
}

std::string birth_hint(int code, uint64_t namespaces) {
  switch (code) {
    case EACCES:
      return "to move a process takes the right to write cgroup.procs in the cgroup that both its "
             "old one and the new one lie below: start this in a cgroup of your own, as the "
             "container was (systemd-run --user --scope …)";
    case EBUSY:
      return "the cgroup has handed controllers on to cgroups below it (cgroup.subtree_control), "
             "so it may have no processes of its own";
    case EOPNOTSUPP:
      return "a cgroup above it has become a threaded one: see its cgroup.type";
    case ENODEV:
      return "the cgroup has been removed meanwhile";
    case EAGAIN:
      return "the cgroup's limit on processes (pids.max), or the user's (`ulimit -u`), is reached";
    default:
      return namespaces_hint(code, namespaces);
  }
}

std::string join_hint(int code) {
  if (code == EPERM)
    return "the container belongs to another user, or this process has no CAP_SYS_ADMIN";
  if (code == ESRCH) return "the container's first process has just ended";
  return "";
}

std::string name_hint(int code) {
  if (code == EINVAL) return "a host or domain name has at most 64 bytes";
  if (code == EPERM) return "changing the name needs CAP_SYS_ADMIN over the UTS namespace";
  return "";
}

}  // namespace lockstep
