// Lesson 06: users of the container's own.
//
// A user is a number. Every file, process and namespace has an owner's, and the kernel asks for it
// wherever it says yes or no. A user namespace is a translation: it says which numbers there are
// inside, and which ones they are outside. Root inside, 0, is somebody without any power outside.
//
//     inside                  /proc/PID/uid_map               outside
//     0      root     ────  0 1879048192 65536  ────  1879048192     nobody in particular
//     1000   alice    ────        "             ────  1879049192
//     –                                               0              root: has no number inside
//
// What root may do, the namespace's root may do too, but only to what belongs to the namespace: the
// other namespaces made in it, and files of owners that it has a number for. That is also how an
// ordinary user gets containers at all: to make a user namespace takes no power, and makes one root
// in it.
//
//     1. clone3(CLONE_NEWUSER|…)     the child is in it, with all powers there, and has no number
//     2. write uid_map, gid_map      once, by the parent: only from outside can others be given
//     3. setresgid(0), setresuid(0)  the child takes the number 0
//
// Before the program starts, a last setresuid(2) makes it the user that was asked for
// (user_switch.cpp). And the rootfs belongs to the host's 0, whom nobody is inside: its mount is
// given the same translation (idmapped_mounts.cpp).

#include "06-user/user_namespace.hpp"

#include <sched.h>
#include <unistd.h>

#include "06-user/maps.hpp"
#include "06-user/rootless_maps.hpp"
#include "common/os/ids.hpp"
#include "common/story/program.hpp"

namespace lockstep::usr {

// The last argument of a sys:: call is its reason, which --explain prints.

uint64_t new_users(const oci::Config& config) {
  check_maps(config);  // maps.cpp
  return has_own_users(config) ? CLONE_NEWUSER : 0;
}

void write_maps(oci::Config& config, const Child& child) {
  if (!has_own_users(config) || joins_users(config)) return;
  const std::string process = fmt::format("/proc/{}", child.pid());
  if (write_maps_without_root(config, child.pid())) return;  // rootless_maps.cpp
  sys::write_map(process + "/uid_map", text_of(config.linux.uid_mappings),
                 "each line: from which id inside, from which id outside, how many");
  sys::write_map(process + "/gid_map", text_of(config.linux.gid_mappings),
                 "the same for groups; both can be written once, and never changed");
}

void become_root(const oci::Config& config, const oci::Process& process, Handshake& host) {
  if (!has_own_users(config) || (::geteuid() == 0 && ::getegid() == 0)) return;
  sys::set_group_ids(0, "the group first: it takes a power that a change of user may cost");
  sys::set_user_ids(0, "from here on this process is the container's root, and nobody outside");
  die_with_the_runtime(process);
  host.expect_runtime();
}

}  // namespace lockstep::usr
