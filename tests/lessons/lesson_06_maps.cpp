// Lesson 06's details: whose users are whose.

#include <sys/stat.h>

#include <filesystem>

#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"
#include "tests/lessons/lesson_06.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kMaps{kSee, "user_namespaces(7), \"User and group ID mappings\"; subuid(5)"};
constexpr Reading kMounts{kSee, "mount_setattr(2), \"ID-mapped mounts\""};
constexpr const char* kVolume = "/lesson-check/volume";

void needs_root() {
  if (!has_root_powers()) throw CannotTell("only root may do that");
}

struct stat look(const std::string& path, const Outcome& outcome) {
  struct stat status {};
  outcome.expect(::stat(path.c_str(), &status) == 0, "the file that it was to make in the volume");
  return status;
}

void shares_the_hosts_users(Step& step) {
  needs_root();
  step.run({"--userns", "host"}, "readlink /proc/self/ns/user")
      .prints(proc::namespace_of(0, "user") + "\n");
}

void obeys_a_map(Step& step) {
  needs_root();
  const HostFolder folder(step);
  const Outcome outcome = step.run(
      {"--uidmap", "0:3000:10", "--gidmap", "0:4000:10", "--volume", folder.path() + ":" + kVolume},
      "echo > /lesson-check/volume/made; cat /proc/self/uid_map /proc/self/gid_map");
  outcome.expect(
      words_of(outcome.out) == std::vector<std::string>{"0", "3000", "10", "0", "4000", "10"},
      "the maps 0 3000 10 and 0 4000 10");
  const struct stat made = look(folder.path() + "/made", outcome);
  outcome.expect(made.st_uid == 3000 && made.st_gid == 4000,
                 "on the host the file that root made belongs to 3000:4000");
}

void refuses_a_wrong_map(Step& step) {
  needs_root();
  for (const char* map : {"0:1000:0", "a:b:c", "0", "0:1:2:3", "-1:0:1"})
    step.run({"--uidmap", map}, "echo it ran").refuses("uidmap");
}

void maps_a_volume(Step& step) {
  needs_root();
  const HostFolder folder(step);
  const Outcome outcome = step.run({"--volume", folder.path() + ":" + kVolume + ":idmap"},
                                   "echo > /lesson-check/volume/made; "
                                   "stat -c %u /lesson-check/volume /lesson-check/volume/made");
  if (contains(outcome.err, "id-map")) throw CannotTell("this file system can't be id-mapped");
  outcome.prints("0\n0\n");
  outcome.expect(look(folder.path() + "/made", outcome).st_uid == 0,
                 "what the disk calls 0 is 0 inside, and the other way round");
}

/// A folder of the host's that the container's root could not walk to by itself.
void reaches_a_closed_folder(Step& step) {
  needs_root();
  const HostFolder folder(step);
  std::filesystem::create_directory(folder.path() + "/open");
  std::filesystem::permissions(folder.path() + "/open", std::filesystem::perms::all);
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0700));
  const Outcome outcome = step.run({"--volume", folder.path() + "/open:" + kVolume},
                                   "echo > /lesson-check/volume/made");
  outcome.exits(0);
}

}  // namespace

std::vector<Check> mapping_checks() {
  return {
      detail("--userns host: the host's users", {"--userns"}, kMaps, shares_the_hosts_users),
      detail("--uidmap, --gidmap: who is who", {"--uidmap", "--gidmap", "--volume"}, kMaps,
             obeys_a_map),
      detail("a map that is none is refused", {"--uidmap"}, kMaps, refuses_a_wrong_map),
      detail("a volume with :idmap belongs to the container's users", {"--volume", "--userns"},
             kMounts, maps_a_volume),
      detail("a volume may lie in a folder that only root may enter", {"--volume"}, kMounts,
             reaches_a_closed_folder),
  };
}

}  // namespace lockstep::lessons
