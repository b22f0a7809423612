#pragma once

#include <sys/types.h>

#include <string>

#include "common/users/id_map.hpp"

/// Ids that nobody uses, for the users of containers.
///
/// /etc/subuid and /etc/subgid say which ids each user of the host may map besides their own,
/// "alice:100000:65536" a line. Two small set-uid programs, newuidmap and newgidmap, write such a
/// map for who isn't root. Without them, or without a line, the only id that can be mapped is one's
/// own.
///
/// As root any ids can be had. They are taken from the lines of the user `lockstep`, which need not
/// exist; else of `root`; else they are the 65536 from 1879048192 (0x70000000) on, which neither
/// useradd(8) nor systemd gives to anybody (https://systemd.io/UIDS-GIDS). All containers of root
/// share them: what keeps one container from another is lessons 01 to 05; `--uidmap` sets them
/// apart.
/// See: subuid(5), newuidmap(1), getsubids(1), user_namespaces(7)
namespace lockstep::users {

/// Root is who calls, and there is nobody else: what everybody may have without root.
Maps own_id_maps();

/// Of a container that nobody gave a map. Its root is, without root, who called; else the first of
/// the ids above.
Maps default_maps();

/// All that there are: without root, who calls is 0, and their subordinate ids are all others. It is
/// how the store's layers number owners (as default_maps() does, which ends at 65536).
Maps all_id_maps();

/// `--userns keep-id`: who calls is `uid` and `gid` inside, and the subordinate ids are all others.
/// To be the root inside takes none: then it may be all that there is (`single_id`).
/// Throws Error as root, who had better not be kept, and if there are too few subordinate ids.
Maps keep_id_maps(uid_t uid, gid_t gid);

/// The host's name of a user, by /etc/passwd; the number where that doesn't know it.
std::string name_of(uid_t uid);

}  // namespace lockstep::users
