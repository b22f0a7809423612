#include "08-capabilities/labels.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::caps {
namespace {

bool has_apparmor() {
  return proc::read_file("/sys/module/apparmor/parameters/enabled").value_or("").starts_with('Y');
}

bool has_selinux() { return ::access("/sys/fs/selinux/enforce", F_OK) == 0; }

bool wants_profile(const oci::Process& process) {
  return !process.apparmor_profile.empty() &&
         (process.apparmor_profile != kUnconfined || has_apparmor());
}

/// "docker-default (enforce)", a line each. Where the list can't be read, the kernel will tell.
bool is_loaded(const std::string& profile) {
  const auto list = proc::read_file("/sys/kernel/security/apparmor/profiles");
  if (!list || profile == kUnconfined) return true;
  const auto lines = split(*list, '\n');
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.substr(0, line.rfind(" (")) == profile;
  });
}

std::string no_profile(const oci::Process& process) {
  return fmt::format("the AppArmor profile {} can't be had: ", quoted(process.apparmor_profile));
}

std::string no_label(const std::string& label) {
  return fmt::format("the SELinux label {} can't be had: ", quoted(label));
}

void check_profile(const oci::Process& process) {
  if (!wants_profile(process)) return;
  const std::string what = no_profile(process);
  if (!has_apparmor())
    throw Error(what + "this kernel has no AppArmor, or has it turned off",
                "leave it out (--security-opt apparmor=…, process.apparmorProfile); "
                "/sys/kernel/security/lsm names the modules that there are");
  if (!is_loaded(process.apparmor_profile))
    throw Error(what + "no such profile is loaded",
                "load it: `apparmor_parser -r FILE`; `aa-status` lists those that are");
}

/// The entry `file` in /proc/PID/attr of this very process. Neither a link nor a mount is followed, and
/// /proc must be the root of a proc file system.
Fd open_own_attribute(const std::string& file) {
  const Fd proc = sys::open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW);
  constexpr ino_t kRoot = 1;
  struct statfs system {};
  struct stat status {};
  if (::fstatfs(proc.get(), &system) != 0 || ::fstat(proc.get(), &status) != 0)
    throw SysError(errno, "fstatfs(\"/proc\")");
  if (system.f_type != PROC_SUPER_MAGIC || status.st_ino != kRoot)
    throw Error("a label is to be set, and /proc in the container is no proc file system",
                "let /proc be a mount of type proc");
  open_how how{};
  how.flags = O_WRONLY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  const std::string path = fmt::format("{}/attr/{}", ::getpid(), file);
  return Fd(static_cast<int>(::syscall(SYS_openat2, proc.get(), path.c_str(), &how, sizeof how)));
}

/// Before kernel 5.8 there is one file for whichever module is there.
void write_attribute(const char* module, const std::string& text, const std::string& what,
                     const std::string& hint, Why why) {
  for (const std::string& file : {fmt::format("{}/exec", module), std::string("exec")}) {
    const Fd attribute = open_own_attribute(file);
    if (!attribute && errno == ENOENT) continue;
    const std::string name = "/proc/self/attr/" + file;
    if (!attribute) throw SysError(errno, fmt::format("openat2({})", quoted(name)));
    try {
      return sys::write_value(attribute, name, text, why);
    } catch (const SysError& error) {
      throw SysError(SysError::Verbatim{}, error.code(), what + error.what(), hint,
                     error.failure());
    }
  }
  throw SysError(ENOENT, "openat2(\"/proc/self/attr/exec\")");
}

}  // namespace

void check_labels(const oci::Config& config) {
  check_profile(config.process);
  if (has_selinux()) return;
  const bool of_process = !config.process.selinux_label.empty();
  if (!of_process && config.linux.mount_label.empty()) return;
  throw Error(no_label(of_process ? config.process.selinux_label : config.linux.mount_label) +
                  "this kernel has no SELinux, or has it turned off",
              "leave it out (--security-opt label=…, process.selinuxLabel, linux.mountLabel); "
              "/sys/kernel/security/lsm names the modules that there are");
}

void label_mounts(oci::Config& config) {
  if (config.linux.mount_label.empty()) return;
  for (oci::Mount& mount : config.mounts) {
    if (mount.type == "tmpfs" || mount.type == "devpts")
      mount.options.push_back(fmt::format("context=\"{}\"", config.linux.mount_label));
  }
}

void take_labels(const oci::Process& process) {
  if (wants_profile(process))
    write_attribute("apparmor", "exec " + process.apparmor_profile, no_profile(process),
                    "ENOENT: no such profile is loaded; EACCES: the profile around this process "
                    "doesn't let it change to that one",
                    "from execve on AppArmor's rules of this name hold for it");
  if (!process.selinux_label.empty())
    write_attribute("selinux", process.selinux_label, no_label(process.selinux_label),
                    "EINVAL: the loaded policy knows no such label; EACCES: it doesn't let this "
                    "process give it",
                    "from execve on SELinux's rules for this label hold for it");
}

}  // namespace lockstep::caps
