#pragma once

#include <string>
#include <vector>

#include "07-cgroup/folder.hpp"

/// Lesson 07: what is different in cgroup version 1.
///
/// Each controller, or few of them, has a hierarchy of its own, so a container has a cgroup in each,
/// and a process is moved into one after another. No process can be born there.
/// See: cgroups(7), "Cgroups version 1"; the kernel's admin-guide/cgroup-v1/
namespace lockstep::cgroup {

/// A new cpuset has no CPUs and no memory, so that no process could come in: it gets those of the
/// cgroup above. Does nothing in other hierarchies.
void inherit_cpuset(const Folder& folder);

/// The ways in for a child: files that the parent opens, whose power it is that counts, and to which
/// the child writes.
class Doors {
 public:
  /// On the host: opens `tasks` in each of v1's folders, and cgroup.procs in v2's, for a kernel that
  /// has no CLONE_INTO_CGROUP.
  void open(const Folders& folders);
  /// The child: writes "0", which means the writer, to all of them; not to v2's if it was `born` in
  /// there. By `tasks` a thread moves itself alone, so that the kernel needn't stop all other
  /// processes' forks meanwhile, as it does for cgroup.procs.
  void enter(bool born);

 private:
  struct Door {
    std::string name;
    Fd file;
    bool unified = false;
  };
  std::vector<Door> doors_;
};

}  // namespace lockstep::cgroup
