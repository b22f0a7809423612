#include "05-network/members.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>

#include "05-network/bridge.hpp"
#include "05-network/host_settings.hpp"
#include "05-network/hosts.hpp"
#include "05-network/links.hpp"
#include "05-network/nat.hpp"
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

/// Not to be guessed, not docker's "veth…", and of at most 15 characters, as the kernel wants it.
std::string new_link_name() {
  uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) < 0) throw SysError(errno, "getrandom()");
  return fmt::format("lsv{:012x}", bits & 0xffffffffffffU);
}

const Member* owner_of(const Network& network, const Ip& ip) {
  for (const Member& member : network.members) {
    const auto& all = member.addresses;
    if (std::find(all.begin(), all.end(), ip) != all.end()) return &member;
  }
  return nullptr;
}

/// The one that was asked for in this subnet, if it can be had, or the next free one.
Ip choose_address(const Network& network, const Subnet& subnet, const std::vector<Ip>& asked) {
  const std::set<Ip> taken = network.taken();
  const auto wish =
      std::find_if(asked.begin(), asked.end(), [&](const Ip& ip) { return subnet.contains(ip); });
  if (wish == asked.end()) return first_free(subnet, taken);
  const std::string what = fmt::format("--ip{}: {}", wish->v6 ? "6" : "", wish->words());
  if (!is_usable(subnet, *wish)) {
    throw Error(fmt::format("{} is no host's address in the subnet {}", what, subnet.words()));
  }
  if (const Member* const owner = owner_of(network, *wish))
    throw Error(fmt::format("{} is taken by container {}", what, quoted(owner->container)));
  if (taken.count(*wish) != 0)
    throw Error(fmt::format("{} is the gateway of network {}", what, quoted(network.name)));
  return *wish;
}

void check_ports(const Networks& networks, const std::vector<Port>& ports) {
  for (const Network& network : networks.all) {
    for (const Member& member : network.members) {
      for (const Port& theirs : member.ports) {
        for (const Port& ours : ports) {
          if (!ours.clashes_with(theirs)) continue;
          throw Error(fmt::format("--publish: {} is taken: container {} publishes {}", ours.words(),
                                  quoted(member.container), theirs.words()),
                      fmt::format("`delete --force {}` frees it", member.container));
        }
      }
    }
  }
  for (const Port& port : ports) check_no_listener(port);
}

void check_addresses(const std::vector<Network*>& networks, const std::vector<Ip>& asked) {
  for (const Ip& ip : asked) {
    const bool fits = std::any_of(networks.begin(), networks.end(), [&](const Network* network) {
      const auto& subnets = network->subnets;
      return std::any_of(subnets.begin(), subnets.end(),
                         [&](const Subnet& subnet) { return subnet.contains(ip); });
    });
    if (!fits) {
      throw Error(fmt::format("--ip{}: {} is in no subnet of network {}", ip.v6 ? "6" : "",
                              ip.words(), quoted(networks.front()->name)),
                  fmt::format("its subnet is {}", networks.front()->subnets.front().words()));
    }
  }
}

/// Its place in each network, not written down yet.
std::vector<Member> choose_places(const Networks& networks, const std::vector<Network*>& chosen,
                                  const Wanted& wanted, const Joiner& joiner) {
  check_addresses(chosen, wanted.ips);
  check_ports(networks, wanted.ports);
  const auto way_in = std::find_if(chosen.begin(), chosen.end(),
                                   [](const Network* network) { return !network->internal; });
  if (way_in == chosen.end() && !wanted.ports.empty())
    throw Error(fmt::format("--publish: network {} is internal: no port leads into it",
                            quoted(chosen.front()->name)));
  std::vector<Member> places;
  for (const Network* network : chosen) {
    Member member{joiner.container,
                  joiner.state,
                  new_link_name(),
                  fmt::format("eth{}", places.size()),
                  "",
                  {},
                  joiner.names,
                  {}};
    for (const Subnet& subnet : network->subnets)
      member.addresses.push_back(choose_address(*network, subnet, wanted.ips));
    member.mac = places.empty() && !wanted.mac.empty() ? wanted.mac : mac_for(member.addresses[0]);
    if (way_in != chosen.end() && network == *way_in) member.ports = wanted.ports;
    places.push_back(std::move(member));
  }
  return places;
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

void leave(const pid::Record&, const Note& note) {
  auto networks = Networks::open_if_there();
  if (!networks) return;
  const std::string& state = note.what.at("state");
  const Networks& before = *networks;
  std::vector<Network> after = before.all;
  std::vector<const Network*> changed;
  for (Network& network : after) {
    if (std::erase_if(network.members,
                      [&](const Member& member) { return member.state == state; }) != 0)
      changed.push_back(&network);
  }
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
