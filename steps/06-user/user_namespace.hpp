#pragma once

#include <cstdint>

#include "common/oci/config.hpp"
#include "common/os/child.hpp"
#include "common/os/handshake.hpp"

/// Lesson 06: users of the container's own.
namespace lockstep::usr {

/// CLONE_NEWUSER, if the container has a user namespace of its own (`linux.namespaces`), which is
/// the default of `run`.
/// Throws Error if it has none and there is no root's power to do without, or if its maps can't be.
/// See: user_namespaces(7); the runtime-spec's config-linux.md, "User namespace mappings"
uint64_t new_users(const oci::Config& config);

/// Say which ids the new namespace has, and who they are outside (`linux.uidMappings`,
/// `gidMappings`). Does nothing for a container without a user namespace of its own.
///
/// Order: on the host, while the child waits: only from outside can other ids than the caller's own
/// be mapped. Before anything else is done for the child: without a map it is nobody.
/// Where the runtime is in a user namespace itself by now (05, without root), `config` has the
/// numbers of that from here on.
/// Break it: leave it out, and `run … id` says 65534, "nobody"; nothing can be mounted or made.
/// Throws SysError with the operands of the map that failed.
/// See: user_namespaces(7), "User and group ID mappings"; newuidmap(1)
void write_maps(oci::Config& config, const Child& child);

/// Become the root of that namespace, if this process is not yet. `process` is the one that it will
/// be: its death signal, which a change of ids turns off, is asked for anew.
///
/// Order: inside, before anything is made there: what the host's user id makes belongs to nobody
/// inside, where it can be mapped at all. After what must be opened as that user.
/// Break it: leave it out, and `run … true` fails: the mounts' root folders have no owner here.
/// Throws Vanished if the runtime has ended meanwhile.
/// See: setresuid(2), credentials(7)
void become_root(const oci::Config& config, const oci::Process& process, Handshake& host);

}  // namespace lockstep::usr
