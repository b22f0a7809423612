#include "common/users/newuidmap.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/ids.hpp"
#include "common/os/run_program.hpp"
#include "common/os/text.hpp"
#include "common/users/subids.hpp"

namespace lockstep::users {
namespace {

void run_helper(const std::string& helper, pid_t pid, const Map& map) {
  const auto program = find_on_path(helper);
  if (!program) {
    throw Error(fmt::format("{} is not installed: without root it has to write the map", helper),
                "it comes with the package uidmap (Debian, Ubuntu) or shadow-utils (Fedora)");
  }
  std::vector<std::string> words = {helper, std::to_string(pid)};
  for (const oci::IdMapping& range : map) {
    for (const uint32_t number : {range.container_id, range.host_id, range.size})
      words.push_back(std::to_string(number));
  }
  const auto result =
      run_program(*program, words, "", "other ids than one's own: it looks whose they are");
  if (result.status.shell_code() == 0) return;
  throw Error(
      fmt::format("{} {}: {}", fmt::join(words, " "), result.status.words(),
                  split(result.output, '\n')[0]),
      fmt::format("{} must give {} these ids: see subuid(5)",
                  helper == "newuidmap" ? "/etc/subuid" : "/etc/subgid", name_of(::geteuid())));
}

bool is_on_nosuid(const std::string& program) {
  struct statvfs status {};
  return ::statvfs(program.c_str(), &status) == 0 && (status.f_flag & ST_NOSUID) != 0;
}

bool is_only(const Map& map, uint32_t id) {
  return map.size() == 1 && map[0].size == 1 && map[0].host_id == id;
}

}  // namespace

std::string obstacle_to_helpers() {
  for (const char* helper : {"newuidmap", "newgidmap"}) {
    const auto program = find_on_path(helper);
    if (!program) return "newuidmap and newgidmap, of the package uidmap, would give it others";
    if (is_on_nosuid(*program))
      return fmt::format("{} could give it others, but is mounted nosuid", *program);
  }
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
    return "newuidmap could give it others, but not to a process with no_new_privs";
  const bool may = ::prctl(PR_CAPBSET_READ, CAP_SETUID, 0, 0, 0) == 1 &&
                   ::prctl(PR_CAPBSET_READ, CAP_SETGID, 0, 0, 0) == 1;
  return may ? ""
             : "newuidmap could give it others, but CAP_SETUID is out of this process's bounds";
}

std::string how_to_get_more_ids() {
  const std::string name = name_of(caller_uid());
  if (std::string obstacle = obstacle_to_helpers(); !obstacle.empty()) return obstacle;
  return fmt::format(
      "as root, `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {}` gives it "
      "others",
      name);
}

void write_maps_without_root(const Maps& maps, pid_t pid) {
  const std::string process = fmt::format("/proc/{}", pid);
  if (is_only(maps.uids, ::geteuid())) {
    sys::write_map(process + "/uid_map", text_of(maps.uids), "one's own id, and no other");
  } else {
    run_helper("newuidmap", pid, maps.uids);
  }
  if (is_only(maps.gids, ::getegid())) {
    sys::write_map(process + "/setgroups", "deny",
                   "who could drop a group could get around what that group may not do");
    sys::write_map(process + "/gid_map", text_of(maps.gids), "one's own group");
  } else {
    run_helper("newgidmap", pid, maps.gids);
  }
}

}  // namespace lockstep::users
