#include "06-user/user_switch.hpp"

#include <unistd.h>

#include <algorithm>

#include "06-user/accounts.hpp"
#include "06-user/maps.hpp"
#include "06-user/user_namespace.hpp"
#include "common/os/error.hpp"
#include "common/os/ids.hpp"
#include "common/os/text.hpp"
#include "common/story/program.hpp"

namespace lockstep::usr {
namespace {

bool has_home(const oci::Process& process) {
  return std::any_of(process.env.begin(), process.env.end(),
                     [](const std::string& variable) { return variable.rfind("HOME=", 0) == 0; });
}

void check(const oci::Config& config, const Map& map, const char* what, uint32_t id) {
  if (!has_own_users(config) || outside(map, id)) return;
  std::string ranges = text_of(map);
  std::replace(ranges.begin(), ranges.end(), '\n', ';');
  throw Error(
      fmt::format("the container has no {} {}: its user namespace doesn't map it", what, id),
      fmt::format("mapped are (inside, outside, how many) {} see --uidmap, --gidmap and "
                  "subuid(5)",
                  ranges));
}

/// With a single group nobody in the namespace may change groups: see user_namespaces(7), setgroups.
bool can_have_groups(const oci::Config& config) {
  const Map& gids = config.linux.gid_mappings;
  return !has_own_users(config) || gids.size() > 1 || gids[0].size > 1;
}

/// What a terminal is for is to be opened again: /dev/tty, /dev/console, /dev/pts/0.
void give_terminal(const oci::Process& process) {
  if (!process.terminal || process.user.uid == 0) return;
  if (::fchown(STDIN_FILENO, process.user.uid, static_cast<gid_t>(-1)) != 0)
    throw SysError(errno, fmt::format("fchown(pty, {})", process.user.uid));
}

}  // namespace

std::string UserSwitch::look_up(oci::Process& process, const std::string& words,
                                bool is_own) const {
  const Account account = find_account(words);
  process.user.uid = account.uid;
  process.user.gid = account.gid;
  process.user.additional_gids.clear();
  for (const gid_t gid : account.groups) {  // nobody asked for these: only what can be had
    const bool is_mapped = !has_own_users(config_) || outside(config_.linux.gid_mappings, gid);
    if (is_mapped && can_have_groups(config_)) process.user.additional_gids.push_back(gid);
  }
  const std::string more = oci::annotation(config_, kGroupsAnnotation);
  if (is_own && !more.empty()) {
    for (const std::string& group : split(more, ','))
      process.user.additional_gids.push_back(find_group(group));
  }
  return account.home;
}

void UserSwitch::check_is_mapped(const oci::User& user) const {
  check(config_, config_.linux.uid_mappings, "user", user.uid);
  check(config_, config_.linux.gid_mappings, "group", user.gid);
  for (const gid_t gid : user.additional_gids)
    check(config_, config_.linux.gid_mappings, "group", gid);
}

oci::Process UserSwitch::resolve(const oci::Process& process, Handshake& host) {
  if (own_) return *own_;
  become_root(config_, process, host);
  oci::Process resolved = process;
  const std::string& asked = process.user.words;
  const std::string words = asked.empty() ? oci::annotation(config_, oci::kUserAnnotation) : asked;
  std::string home;
  if (!words.empty()) home = look_up(resolved, words, asked.empty());
  check_is_mapped(resolved.user);
  if (!has_home(resolved))
    resolved.env.push_back("HOME=" + (home.empty() ? home_of(resolved.user.uid) : home));
  own_ = resolved;
  return resolved;
}

void UserSwitch::become(const oci::Process& process, Handshake& host) const {
  const oci::User& user = process.user;
  give_terminal(process);
  try {
    sys::set_groups(user.additional_gids, "the groups that the user is a member of, and no others");
  } catch (const SysError& error) {
    if (error.code() != EPERM || can_have_groups(config_) || !user.additional_gids.empty()) throw;
  }
  sys::set_group_ids(user.gid, "the group before the user: it takes a power of root's");
  sys::set_user_ids(user.uid, "the user that was asked for: root's powers go with root");
  die_with_the_runtime(process);
  host.expect_runtime();
}

}  // namespace lockstep::usr
