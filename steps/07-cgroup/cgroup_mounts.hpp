#pragma once

#include <string>
#include <utility>
#include <vector>

#include "07-cgroup/layout.hpp"
#include "common/oci/config.hpp"

/// Lesson 07: what the container sees of its cgroup: a namespace, and /sys/fs/cgroup.
namespace lockstep::cgroup {

/// Whether the container has a cgroup namespace of its own (`linux.namespaces`).
bool has_own_namespace(const oci::Config& config);
/// Whether that is a new one, not one to be joined by its path (lesson 09).
bool makes_namespace(const oci::Config& config);

/// The mount that `run` and `spec` give a container: /sys/fs/cgroup, read-only.
oci::Mount default_mount();

/// Replaces each mount of type "cgroup" by binds of the folders in `shown`, of the cgroup that the
/// container is in. With version 2 alone that is one; else a tmpfs with a folder for each hierarchy,
/// as programs look for them. Nothing above that cgroup can be seen there, but for version 2 and
/// without a cgroup namespace: then the paths in /proc/self/cgroup are the host's, and so is the
/// tree.
void expand_mounts(oci::Config& config,
                   const std::vector<std::pair<Hierarchy, std::string>>& shown);

}  // namespace lockstep::cgroup
