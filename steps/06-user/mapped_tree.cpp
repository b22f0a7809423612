#include "06-user/mapped_tree.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "06-user/user_namespace.hpp"
#include "06-user/visit.hpp"
#include "common/os/files.hpp"

namespace lockstep::usr {

namespace {

constexpr const char* kWhyCopy = "a copy of this mount, which nobody can see yet";

void expect_mount_api() {
  if (sys::has_mount_api()) return;
  throw SysError(ENOSYS, "mount_setattr(MOUNT_ATTR_IDMAP)", "it takes kernel 5.12");
}

Fd mapped(Fd tree, const std::string& name, const Fd& users, bool recursive) {
  sys::map_ids({tree, name}, users, recursive,
               "what the disk calls 0, the container's root owns; and the other way round");
  return tree;
}

}  // namespace

Fd mapped_copy(const sys::Place& place, const Fd& users) {
  expect_mount_api();
  return mapped(sys::clone_tree(place, true, kWhyCopy), place.name, users, true);
}

Fd mapped_volume(const sys::Place& place, const Fd& users, Below below) {
  expect_mount_api();
  Fd tree = mapped(sys::clone_tree(place, below.copied, kWhyCopy), place.name, users,
                   below.copied && below.mapped);
  // It was copied while the child's mounts still told the host's what happens below them.
  sys::set_mount_attributes({tree, place.name}, {0, 0, MS_SLAVE, true},
                            "what is mounted there inside, the host doesn't see");
  return tree;
}

Fd mapped_copy(const std::string& path, const Fd& users) {
  expect_mount_api();
  return mapped(sys::clone_tree(path, true, kWhyCopy), path, users, true);
}

bool cant_be_mapped(const SysError& error) {
  return error.code() == EINVAL || error.code() == EPERM || error.code() == ENOSYS;
}

Fd attached(Fd tree, const sys::Place& place) {
  sys::attach(tree, place, "in the child's list of mounts, and in no other");
  return tree;
}

Fd plain_mount(const sys::Place& place) {
  sys::mount_on(place.name, place, "", MS_BIND | MS_REC, "",
                "in the child's list of mounts, and in no other");
  return sys::open(place.name, O_PATH);
}

Fd users_with(const Map& uids, const Map& gids) {
  Pipe end = Pipe::make();  // its first process ends when this one does, at the latest
  const Child holder = Child::clone(
      CLONE_NEWUSER,
      [&] {
        end.write_end.reset();
        char nothing = 0;
        (void)!::read(end.read_end.get(), &nothing, 1);
      },
      "a mount's own maps need a user namespace to stand in");
  oci::Config config;
  config.linux.namespaces.push_back({"user", ""});
  config.linux.uid_mappings = uids;
  config.linux.gid_mappings = gids;
  write_maps(config, holder);
  return sys::open(fmt::format("/proc/{}/ns/user", holder.pid()), O_RDONLY);
}

}  // namespace lockstep::usr
