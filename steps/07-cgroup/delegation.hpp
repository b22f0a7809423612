#pragma once

#include "07-cgroup/site.hpp"
#include "common/oci/resources.hpp"

/// Lesson 07: v2's cgroups have a controller's files only if the cgroup above hands the controller on
/// (cgroup.subtree_control), and one that does may have no processes itself: the no-internal-process
/// rule.
/// See: the kernel's cgroup-v2.rst, "Controlling Controllers", "Delegation"
namespace lockstep::cgroup {

/// Has the controllers handed on from the caller's cgroup down to where the container's will be. Where
/// this process alone stands in the way, and `resources` needs it, it steps aside into a cgroup of
/// its own (".../lockstep.runtime"); where others do, `folders` learns the reason, for whoever needs
/// the controller. Does nothing for version 1.
/// Order: after note_sites, before make_folder.
void hand_controllers_down(const Site& site, const oci::Resources& resources, Folders& folders);

/// Whether version 2's cgroup `folder` hands controllers on, or could: it is the kernel's root, or
/// we may have it do so and nobody is in it but, at most, this process.
bool can_hand_on(const Folder& folder);

/// Undoes the stepping aside.
void step_back(const std::string& folder);

/// Where a runtime steps aside, for the cgroup `folder`.
std::string aside(const std::string& folder);

}  // namespace lockstep::cgroup
