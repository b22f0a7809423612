#include "05-network/members.hpp"

#include <unistd.h>

#include <algorithm>

#include "05-network/bridge.hpp"
#include "05-network/host_settings.hpp"
#include "05-network/hosts.hpp"
#include "05-network/links.hpp"
#include "05-network/nat.hpp"
#include "05-network/places.hpp"
#include "common/os/borrowed_root.hpp"
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

/// Takes those off the lists for whom `goes` is true. Whether there were any.
template <class Goes>
bool drop_members(Networks& networks, Goes goes) {
  const sys::Netlink netlink;
  bool any = false;
  for (Network& network : networks.all) {
    const auto end = std::stable_partition(network.members.begin(), network.members.end(),
                                           [&](const Member& member) { return !goes(member); });
    if (end == network.members.end()) continue;
    for (auto member = end; member != network.members.end(); ++member)
      delete_link(netlink, member->link, "its end in the container goes with it");
    network.members.erase(end, network.members.end());
    networks.save(network);
    any = true;
  }
  return any;
}

/// The links of the container whose state folder is `state`.
void drop_links(const Networks& networks, const std::string& state) {
  const sys::Netlink netlink;
  for (const Network& network : networks.all) {
    for (const Member& member : network.members) {
      if (member.state == state)
        delete_link(netlink, member.link, "its end in the container goes with it");
    }
  }
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

void forget_the_gone(Networks& networks) { drop_members(networks, is_gone); }

std::vector<Place> enter(const Wanted& wanted, const Joiner& joiner, Undo& undo) {
  if (wanted.networks.empty()) return {};
  if (caller_uid() != 0)
    throw Error(fmt::format("--network {}: without root each container is in a user namespace of "
                            "its own, and a bridge in there would lead to nobody",
                            wanted.networks.front()),
                "--network pasta (or slirp4netns) opens the way out; or run it as root");
  check_nft();
  undo.note({"network",
             {{"networks", fmt::format("{}", fmt::join(wanted.networks, ","))},
              {"state", joiner.state}}});
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
  RulesLoader rules(ruleset(networks.all),
                    networks.folder());  // by the bridges' names: they need not be there yet
  for (const Network* network : chosen) make_bridge(*network);
  adjust_host_settings(networks);
  tell_names(networks);
  rules.finish();
  return places;
}

void leave(const pid::Record& record, const Note& note) {
  auto networks = Networks::open_if_there();
  if (!networks) return;
  const bool state_is_gone = !note.what.contains("state");
  const std::string state = state_is_gone ? pid::state_folder(record.id) : note.what.at("state");
  const Networks& before = *networks;
  std::vector<Network> after = before.all;
  std::vector<const Network*> changed;
  for (Network& network : after) {
    if (std::erase_if(network.members,
                      [&](const Member& member) { return member.state == state; }) != 0)
      changed.push_back(&network);
  }
  if (state_is_gone && changed.empty()) return;
  // In no network: somebody began this and was killed. Then all of it is done once more.
  std::optional<RulesLoader> rules;
  if (changed.empty() || ruleset(after) != ruleset(before.all))
    rules.emplace(ruleset(after), before.folder());
  drop_links(before, state);
  if (rules) rules->finish();
  networks->all = std::move(after);
  adjust_host_settings(*networks);
  tell_names(*networks);
  // Last of all: until the disk has forgotten it, this can be begun anew.
  for (const Network* network : changed) networks->save(*network);
}

}  // namespace lockstep::net
