#pragma once

#include <string>

#include "common/oci/config.hpp"

/// Lesson 08: a second opinion. AppArmor and SELinux are rules of the machine's administrator, which the
/// kernel asks beside all of the above; a process carries the name of the rules that hold for it.
namespace lockstep::caps {

/// On the host, before anything is made: throws Error if a label is asked for that this kernel can't
/// have, because it has no such module or no such profile.
void check_labels(const oci::Config& config);

/// Has what the container mounts anew labelled, as `linux.mountLabel` says (SELinux): the file systems
/// of type tmpfs and devpts.
void label_mounts(oci::Config& config);

/// Inside: from the next execve(2) on the process has the profile `process.apparmorProfile` and the label
/// `process.selinuxLabel`. Does nothing without them.
///
/// Order: before the user switch. Written to this process's own file in /proc, which is made sure of: in
/// a container somebody could have put something else there (CVE-2019-16884, CVE-2021-30465).
/// See: aa_change_onexec(2), setexeccon(3); the kernel's admin-guide/LSM/
void take_labels(const oci::Process& process);

/// The default label of a process, and of what it mounts, with the given parts in place of its own.
struct LabelParts {
  std::string user = "system_u";
  std::string role = "system_r";
  std::string type = "container_t";
  std::string level = "s0";
  std::string file_type = "container_file_t";

  std::string of_process() const { return user + ":" + role + ":" + type + ":" + level; }
  std::string of_mounts() const { return user + ":object_r:" + file_type + ":" + level; }
};

/// What asks for no profile.
constexpr const char* kUnconfined = "unconfined";

}  // namespace lockstep::caps
