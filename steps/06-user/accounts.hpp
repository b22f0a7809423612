#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/os/beneath.hpp"

/// Lesson 06: who a user is, by the rootfs's own /etc/passwd and /etc/group.
///
/// Both files are the container's, and hostile: they are opened beneath its root, only if they are
/// regular files of at most 16 MiB, and a line that isn't one is passed over. Nothing here asks the
/// host (no NSS).
/// See: passwd(5), group(5)
namespace lockstep::usr {

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // the supplementary ones
  std::string home;           // "/" for who has none
};

/// Inside, after enter_rootfs: "name|uid[:group|gid]", as docker reads it. All digits are an id,
/// never a name, though passwd had such a line (CVE-2016-3697). Without a group it is the user's
/// own, or 0 for who has no line; and the supplementary groups are those in which the user is a
/// member. With one there are none.
/// Throws Error that names the user or the group and the file that has no such line.
Account find_account(const std::string& words);
/// The same by the files of another root.
Account find_account(const Beneath& root, const std::string& words);

/// A group's id, by number or name.
gid_t find_group(const std::string& word);

/// The home of the user with this number: "/root" for 0, "/" for others, where passwd doesn't say.
std::string home_of(uid_t uid);

}  // namespace lockstep::usr
