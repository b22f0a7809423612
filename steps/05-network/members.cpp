#include "05-network/members.hpp"

#include <unistd.h>

#include <algorithm>

#include "05-network/bridge.hpp"
#include "05-network/host_settings.hpp"
#include "05-network/hosts.hpp"
#include "05-network/links.hpp"
#include "05-network/nat.hpp"
#include "05-network/places.hpp"
#include "05-network/rootless_netns.hpp"
#include "common/os/error.hpp"
#include "common/os/proc.hpp"

namespace lockstep::net {
namespace {

bool is_gone(const Member& member) {
  return ::access(member.state.c_str(), F_OK) != 0 && errno == ENOENT;
}

/// Ended, but not deleted: it needs neither its address nor its ports any more.
bool has_ended(const Member& member) {
  const std::string path = member.state + "/" + pid::kStateFile;
  const auto text = proc::read_file(path);
  return text && pid::status_now(pid::record_from_json(*text, path)) == pid::Status::kStopped;
}

/// Those that are still there: the kernel deletes a link by itself when the network namespace at its
/// other end goes. To ask for what it is about to do costs a wait for many other things.
void delete_links(const std::vector<std::string>& names) {
  if (names.empty()) return;
  where_bridges_are([&] {
    const sys::Netlink netlink;
    for (const std::string& name : names) {
      if (sys::link_index(name) != 0)
        delete_link(netlink, name, "its end in the container goes with it");
    }
  });
}

/// Takes those off a network's list for whom `goes` is true: their links.
template <class Goes>
std::vector<std::string> drop(Network& network, Goes goes) {
  std::vector<std::string> links;
  std::erase_if(network.members, [&](const Member& member) {
    const bool leaves = goes(member);
    if (leaves) links.push_back(member.link);
    return leaves;
  });
  return links;
}

/// Takes them off all lists. Whether there were any.
template <class Goes>
bool drop_members(Networks& networks, Goes goes) {
  bool any = false;
  for (Network& network : networks.all) {
    const auto links = drop(network, goes);
    if (links.empty()) continue;
    delete_links(links);
    networks.save(network);
    any = true;
  }
  return any;
}

/// Those for whom `goes` is true leave for good: their links, their ports, what the host was changed
/// for. The disk forgets them last of all: until then it can be begun anew.
///
/// `again`: even if there are none, for somebody began it and was killed.
template <class Goes>
void take_out(Networks& networks, Goes goes, bool again) {
  const std::string rules_before = ruleset(networks.all);
  std::vector<const Network*> changed;
  std::vector<std::string> links;
  for (Network& network : networks.all) {
    const auto left = drop(network, goes);
    if (!left.empty()) changed.push_back(&network);
    links.insert(links.end(), left.begin(), left.end());
  }
  if (changed.empty() && !again) return;
  RulesLoader rules;
  if (!is_rootless()) {
    if (changed.empty() || ruleset(networks.all) != rules_before)
      rules.start(ruleset(networks.all), networks.folder());
    adjust_host_settings(networks);  // beside nft, like all that waits for the kernel
  }
  tell_names(networks);
  rules.finish();
  delete_links(links);
  for (const Network* network : changed) networks.save(*network);
  end_rootless_netns(networks);
}

}  // namespace

Joiner joiner_of(const oci::Config& config, const Wanted& wanted, const Undo& undo) {
  Joiner joiner;
  joiner.state = undo.folder();
  joiner.container = joiner.state.substr(joiner.state.rfind('/') + 1);
  joiner.names = {joiner.container};
  if (is_host_name(config.hostname) && config.hostname != joiner.container)
    joiner.names.insert(joiner.names.begin(), config.hostname);
  joiner.names.insert(joiner.names.end(), wanted.aliases.begin(), wanted.aliases.end());
  return joiner;
}

void forget_the_gone(Networks& networks) { take_out(networks, is_gone, false); }

std::vector<Place> enter(const Wanted& wanted, const Joiner& joiner, RulesLoader& rules,
                         Undo& undo) {
  if (wanted.networks.empty()) return {};
  if (!is_rootless()) check_nft();
  undo.note({"network",
             {{"networks", fmt::format("{}", fmt::join(wanted.networks, ","))},
              {"state", joiner.state},
              {"folder", networks_folder()}}});
  Networks networks = Networks::open();
  drop_members(networks, [&](const Member& member) {
    return member.state == joiner.state || is_gone(member);  // an ID that is used again
  });
  std::vector<Network*> chosen;
  for (const std::string& name : wanted.networks) chosen.push_back(&networks.get(name));
  std::vector<Member> members;
  try {
    members = choose_places(networks, chosen, wanted, joiner);
  } catch (const Error&) {
    if (!drop_members(networks, has_ended)) throw;
    members = choose_places(networks, chosen, wanted, joiner);
  }
  std::vector<Place> places;
  for (size_t i = 0; i < chosen.size(); ++i) {
    chosen[i]->members.push_back(members[i]);
    networks.save(*chosen[i]);  // before anything is made of it
    places.push_back({*chosen[i], members[i]});
  }
  if (is_rootless()) {
    join_rootless_users(networks, joiner.container);
  } else {
    rules.start(ruleset(networks.all), networks.folder());  // bridges' names need no bridges yet
  }
  where_bridges_are([&] {
    if (is_rootless()) forbid_forwarding();
    for (const Network* network : chosen) make_bridge(*network);
  });
  if (!is_rootless()) adjust_host_settings(networks);
  tell_names(networks);
  return places;
}

void leave(const pid::Record& record, const Note& note) {
  const bool has_folder = note.what.contains("folder");
  const std::string folder = has_folder ? note.what.at("folder") : networks_folder();
  if (!are_own_networks(folder)) return;  // their owner's next runtime sees who has gone
  auto networks = Networks::open_if_there(folder);
  if (!networks) return;
  const bool state_is_gone = !note.what.contains("state");
  const std::string state = state_is_gone ? pid::state_folder(record.id) : note.what.at("state");
  take_out(
      *networks, [&](const Member& member) { return member.state == state || is_gone(member); },
      !state_is_gone);
}

}  // namespace lockstep::net
