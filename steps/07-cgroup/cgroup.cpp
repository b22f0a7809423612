// Lesson 07: a share of the machine of the container's own.
//
// Namespaces decide what a process sees. How much it may use is another matter: a cgroup is a set of
// processes for which the kernel keeps accounts, and limits. Cgroups are folders in a file system of
// the kernel's, and are made, set and removed as such:
//
//     /sys/fs/cgroup/…/            the caller's own cgroup, with the caller in it
//         cgroup.subtree_control   which controllers it hands on: "cpu memory pids"
//         lockstep-web/            mkdir: the container's, below it, so that no limit is escaped
//             memory.max           67108864
//             pids.max             64
//             cgroup.procs         who is in it: 4712, and all that it forks
//
//     1. mkdir                          the folder; the kernel puts the files there
//     2. write memory.max, pids.max, …  a limit is a number in a file
//     3. clone3(CLONE_INTO_CGROUP)      the child is born in it, and its children, and theirs
//     4. unshare(CLONE_NEWCGROUP)       inside, its own cgroup looks like the root of all
//
// A fork beyond pids.max fails; memory beyond memory.max has to come from somewhere else in the same
// cgroup, or one of its processes is killed; whoever has used up cpu.max waits for the next period.
// And nodes of devices, which root can make at will, open only as far as the cgroup's rules allow.
//
// That is version 2, one hierarchy for all. Version 1 has one a controller (v1.cpp).

#include "07-cgroup/cgroup.hpp"

#include <sched.h>

#include <utility>

#include "07-cgroup/cache_share.hpp"
#include "07-cgroup/cgroup_mounts.hpp"
#include "07-cgroup/controllers/controllers.hpp"
#include "07-cgroup/delegation.hpp"
#include "07-cgroup/device_filter.hpp"
#include "07-cgroup/oom.hpp"
#include "07-cgroup/ownership.hpp"
#include "07-cgroup/rejoin.hpp"
#include "07-cgroup/site.hpp"

namespace lockstep::cgroup {

void Cgroup::make(Undo& undo) {
  refuse_cache_share(config_);  // cache_share.cpp
  const oci::Resources& resources = config_.linux.resources;
  Folders folders;
  const std::vector<Site> sites = sites_for(config_, folders);  // site.cpp: where it will be
  note_sites(sites, undo);
  for (const Site& site : sites) {
    hand_controllers_down(site, resources, folders);  // delegation.cpp
    folders.add(make_folder(site, undo));             // mkdir
  }
  set_limits(resources, folders);              // controllers/: one write a limit
  filter_devices(resources.devices, folders);  // device_filter.cpp
  hand_over(config_, folders);                 // ownership.cpp
  own_namespace_ = makes_namespace(config_);
  shown_ = folders.everywhere();
  open(folders);
}

void Cgroup::find(const std::vector<Note>& notes, pid_t container, const oci::Process& process) {
  open(process.cgroups.empty() ? folders_to_rejoin(notes, container)  // rejoin.cpp
                               : folders_below(notes, process.cgroups));
}

void Cgroup::open(const Folders& folders) {
  if (const Folder* const v2 = folders.v2()) birthplace_ = {v2->fd().duplicate()};
  doors_.open(folders);  // v1.cpp
}

void Cgroup::show(oci::Config& config) const {
  expand_mounts(config, shown_);  // cgroup_mounts.cpp: one of v2, or one for each of v1
}

std::string Cgroup::why_it_ended() const { return oom_words(shown_); }  // oom.cpp

void Cgroup::enter() {
  if (std::exchange(entered_, true)) return;
  doors_.enter(birthplace_.taken);
  birthplace_.cgroup.reset();
  if (own_namespace_)
    sys::unshare(CLONE_NEWCGROUP, "what is above its own cgroup it has no name for any more");
}

}  // namespace lockstep::cgroup
