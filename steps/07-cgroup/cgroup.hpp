#pragma once

#include <string>
#include <utility>
#include <vector>

#include "07-cgroup/folder.hpp"
#include "07-cgroup/v1.hpp"
#include "common/oci/config.hpp"
#include "common/os/processes.hpp"
#include "common/story/story.hpp"

/// Lesson 07: a share of the machine of the container's own.
namespace lockstep::cgroup {

/// The container's cgroup.
class Cgroup {
 public:
  explicit Cgroup(const oci::Config& config) : config_(config) {}

  /// On the host: makes the cgroup, and sets the limits of `linux.resources`; noted first.
  ///
  /// Where the caller may not make any, and no limits are asked for, the container stays in the
  /// caller's.
  /// Order: before the child is cloned: it is to be in there from its first instruction on.
  /// Break it: `run --pids-limit 20 … sh -c 'for i in $(seq 100); do sleep 9 & done'`, and without.
  /// Throws Error if a limit is asked for that can't be had, with the reason and the way out.
  /// See: the kernel's admin-guide/cgroup-v2.rst; the runtime-spec's config-linux.md, "Control groups"
  void make(Undo& undo);

  /// For `exec`: finds the cgroup of a container that runs, by its notes; or the one below it that
  /// `process` is to be in. Throws Error if that isn't there.
  void find(const std::vector<Note>& notes, pid_t container, const oci::Process& process);

  /// What clone3 is given: CLONE_INTO_CGROUP. Null if there is no cgroup, or none of version 2.
  sys::Birthplace* birthplace() { return birthplace_.cgroup ? &birthplace_ : nullptr; }

  /// The child: into what it wasn't born in, and then (of `run`) a cgroup namespace, which shows the
  /// cgroup as the root, "/". Does nothing the second time.
  ///
  /// Order: the namespace comes last: its root is the cgroup that one is in at that moment.
  /// Break it: `run … cat /proc/self/cgroup` with the two swapped: the host's path can be seen.
  /// See: cgroup_namespaces(7)
  void enter();

  /// On the host: out of memory, if the kernel has ended one in there for that (oom.hpp).
  std::string why_it_ended() const;

  /// The child: what the mounts of type "cgroup" in `config` will show (cgroup_mounts.hpp).
  /// Order: before make_mounts.
  void show(oci::Config& config) const;

 private:
  void open(const Folders& folders);

  const oci::Config& config_;
  std::vector<std::pair<Hierarchy, std::string>> shown_;
  sys::Birthplace birthplace_;
  Doors doors_;
  bool entered_ = false;
  bool own_namespace_ = false;
};

}  // namespace lockstep::cgroup
