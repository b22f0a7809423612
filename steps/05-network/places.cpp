// What a container gets in a network: an address, a name for its link, ports; what is taken, and by
// whom.
#include "05-network/places.hpp"

#include <sys/random.h>

#include <algorithm>

#include "common/os/error.hpp"

namespace lockstep::net {
namespace {

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

void check_one_address(const Network& network, const Subnet& subnet, const std::vector<Ip>& asked) {
  const Ip* first = nullptr;
  for (const Ip& ip : asked) {
    if (!subnet.contains(ip)) continue;
    if (first != nullptr)
      throw Error(fmt::format("--ip{}: {} and {} are both in {} of network {}", ip.v6 ? "6" : "",
                              first->words(), ip.words(), subnet.words(), quoted(network.name)),
                  "a container has one address in each of a network's subnets");
    first = &ip;
  }
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
  for (const Network* network : networks) {
    for (const Subnet& subnet : network->subnets) check_one_address(*network, subnet, asked);
  }
}

}  // namespace

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

}  // namespace lockstep::net
