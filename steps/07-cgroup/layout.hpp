#pragma once

#include <optional>
#include <string>
#include <vector>

/// Lesson 07: which hierarchies of cgroups this machine has, and where the caller is in them.
///
/// Version 2 has one hierarchy for all controllers. Version 1 has one for each, or for a few that
/// are mounted together. A hybrid machine has both: what v1 has taken, v2 lacks.
/// See: cgroups(7); the kernel's admin-guide/cgroup-v2.rst and cgroup-v1/cgroups.rst
namespace lockstep::cgroup {

struct Hierarchy {
  /// What v1 has mounted there: {"cpu", "cpuacct"}, or one without a controller, {"name=systemd"}.
  /// Empty: this is version 2's.
  std::vector<std::string> controllers;
  std::string mount;  // where its folders are seen: "/sys/fs/cgroup/memory"
  std::string root;   // the cgroup that `mount` itself shows: "/", or less inside a container
  std::string own;    // the caller's cgroup

  bool is_v2() const { return controllers.empty(); }
  /// "memory", "cpu,cpuacct", "name=systemd"; "unified" for version 2's.
  std::string name() const;
  /// The folder of the cgroup `path`; nothing if the mount doesn't show it.
  std::optional<std::string> folder(const std::string& path) const;
};

/// All hierarchies that can be reached: version 2's, if it is mounted, comes first. Read from
/// /proc/self/mountinfo and /proc/self/cgroup.
std::vector<Hierarchy> hierarchies();

/// The same from other files, in which every mount counts as reachable.
std::vector<Hierarchy> hierarchies_in(const std::string& mountinfo, const std::string& cgroup);

/// The cgroup of the process `pid` in that hierarchy, from /proc/PID/cgroup; nothing if it has ended.
std::optional<std::string> cgroup_of(pid_t pid, const Hierarchy& hierarchy);

}  // namespace lockstep::cgroup
