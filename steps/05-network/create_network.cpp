#include "05-network/create_network.hpp"

#include <algorithm>

#include "05-network/bridge.hpp"
#include "05-network/host_routes.hpp"
#include "05-network/members.hpp"
#include "05-network/other_filters.hpp"
#include "05-network/rootless_netns.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/text.hpp"
#include "common/os/time.hpp"

namespace lockstep::net {
namespace {

std::string now() {
  using namespace std::chrono;
  return rfc3339(floor<seconds>(system_clock::now()));
}

/// Each subnet's gateway: of those that were named the one that lies in it, else its first address.
void complete_gateways(Network& network) {
  std::vector<Ip> named;
  named.swap(network.gateways);
  for (const Subnet& subnet : network.subnets) {
    const auto own =
        std::find_if(named.begin(), named.end(), [&](const Ip& ip) { return subnet.contains(ip); });
    const Ip gateway = own == named.end() ? subnet.at(1) : *own;
    if (own != named.end()) named.erase(own);
    if (!is_usable(subnet, gateway))
      throw Error(fmt::format("--gateway: {} is no host's address in the subnet {}",
                              gateway.words(), subnet.words()));
    network.gateways.push_back(gateway);
  }
  if (!named.empty())
    throw Error(fmt::format("--gateway: {} is in no subnet of this network", named[0].words()),
                "name its --subnet, too");
  for (const Route& route : network.routes) {
    const auto holds = [&](const Subnet& subnet) { return subnet.contains(route.via); };
    if (std::none_of(network.subnets.begin(), network.subnets.end(), holds))
      throw Error(fmt::format("--route: {} is in no subnet of this network", route.via.words()));
  }
}

void check_not_the_hosts(const Subnet& subnet, const std::vector<Subnet>& hosts) {
  for (const Subnet& theirs : hosts) {
    if (subnet.overlaps(theirs))
      throw Error(fmt::format("--subnet: {} overlaps {}, to which this machine has a way already: "
                              "the network would cut it off",
                              subnet.words(), theirs.words()),
                  fmt::format("`ip {}route` lists them; choose another subnet",
                              subnet.base.v6 ? "-6 " : ""));
  }
}

void complete_subnets(const Networks& networks, NetworkPlan& plan) {
  auto& subnets = plan.network.subnets;
  std::vector<Subnet> taken;
  for (const Network& other : networks.all) {
    for (const Subnet& theirs : other.subnets) {
      taken.push_back(theirs);
      for (const Subnet& ours : subnets) {
        if (ours.overlaps(theirs))
          throw Error(fmt::format("--subnet: {} overlaps {} of network {}", ours.words(),
                                  theirs.words(), quoted(other.name)));
      }
    }
  }
  const std::vector<Subnet> hosts = host_routes();
  for (const Subnet& ours : subnets) check_not_the_hosts(ours, hosts);
  taken.insert(taken.end(), hosts.begin(), hosts.end());
  const bool has_v4 = std::any_of(subnets.begin(), subnets.end(),
                                  [](const Subnet& subnet) { return !subnet.base.v6; });
  if (!has_v4 && subnets.empty()) subnets.push_back(free_subnet4(taken));
  if (plan.ipv6 && !plan.network.has_v6()) subnets.push_back(random_subnet6());
}

}  // namespace

void create_network(NetworkPlan plan, const std::string& name) {
  check_network_name(name);
  if (!is_rootless() && !has_root_powers())
    throw Error("network create: a bridge takes CAP_SYS_ADMIN and CAP_NET_ADMIN",
                "this is root without its powers: run it where root has them");
  Networks networks = Networks::open();
  if (networks.find(name) != nullptr)
    throw Error(fmt::format("there is a network {} already", quoted(name)),
                fmt::format("`network inspect {}` shows it", name));
  complete_subnets(networks, plan);
  complete_gateways(plan.network);
  plan.network.name = name;
  plan.network.created = now();
  plan.network.bridge = bridge_name(networks, name, plan.network.bridge);
  networks.save(plan.network);
  if (!plan.network.internal && !is_rootless()) warn_of_other_filters();
}

}  // namespace lockstep::net
