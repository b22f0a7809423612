#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/os/fd.hpp"
#include "common/os/why.hpp"

/// The kernel's calls about users and groups, each narrating itself and throwing SysError.
namespace lockstep::sys {

/// setresuid(2): the real, the effective and the saved user id. A process that gives its user id up
/// loses its parent-death signal and, if it was root's, its capabilities.
void set_user_ids(uid_t uid, Why why = {});
/// setresgid(2).
void set_group_ids(gid_t gid, Why why = {});
/// setgroups(2): the supplementary groups. EPERM in a user namespace that was denied it.
void set_groups(const std::vector<gid_t>& groups, Why why = {});

/// write(2) of a file below /proc that says something about a user namespace: uid_map, gid_map,
/// setgroups of a process. See: user_namespaces(7), "User and group ID mappings"
void write_map(const std::string& path, const std::string& text, Why why = {});

}  // namespace lockstep::sys
