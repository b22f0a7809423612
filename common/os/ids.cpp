#include "common/os/ids.hpp"

#include <fcntl.h>
#include <grp.h>
#include <unistd.h>

#include "common/os/call.hpp"
#include "common/os/files.hpp"

namespace lockstep::sys {
namespace {

std::string ids_hint(int code) {
  if (code == EINVAL)
    return "this id is not mapped in the container's user namespace: see /proc/PID/uid_map";
  if (code == EPERM) return "another user's id takes CAP_SETUID, and a group's CAP_SETGID";
  return "";
}

std::string groups_hint(int code) {
  if (code == EPERM)
    return "it takes CAP_SETGID, and a user namespace in which /proc/PID/setgroups says allow";
  return ids_hint(code);
}

std::string map_hint(int code) {
  if (code == EPERM) {
    return "ids of other users take CAP_SETUID and CAP_SETGID outside (and to map 0, CAP_SETFCAP), "
           "and every id must be known outside, too: see /proc/self/uid_map";
  }
  if (code == EINVAL)
    return "ranges may not overlap, and a map has at most 340 of them (before kernel 4.15: 5)";
  return "";
}

}  // namespace

void set_user_ids(uid_t uid, Why why) {
  call(
      why, [&] { return fmt::format("setresuid({0}, {0}, {0})", uid); },
      [&] { return ::setresuid(uid, uid, uid); }, ids_hint);
}

void set_group_ids(gid_t gid, Why why) {
  call(
      why, [&] { return fmt::format("setresgid({0}, {0}, {0})", gid); },
      [&] { return ::setresgid(gid, gid, gid); }, ids_hint);
}

void set_groups(const std::vector<gid_t>& groups, Why why) {
  call(
      why,
      [&] { return fmt::format("setgroups({}, [{}])", groups.size(), fmt::join(groups, ", ")); },
      [&] { return ::setgroups(groups.size(), groups.data()); }, groups_hint);
}

void write_map(const std::string& path, const std::string& text, Why why) {
  const Fd file = sys::open(path, O_WRONLY);
  call(
      why, [&] { return fmt::format("write({}, {})", quoted(path), quoted(text)); },
      [&] { return ::write(file.get(), text.data(), text.size()); }, map_hint);
}

}  // namespace lockstep::sys
