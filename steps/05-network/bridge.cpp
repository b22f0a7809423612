#include "05-network/bridge.hpp"

#include <net/if.h>
#include <sys/random.h>

#include <algorithm>

#include "05-network/host_settings.hpp"
#include "05-network/links.hpp"
#include "05-network/rootless_netns.hpp"
#include "common/os/error.hpp"

namespace lockstep::net {
namespace {

/// "net.ipv4.conf.ls-web.route_localnet": a dot in the link's name becomes a slash, as for
/// sysctl(8).
std::string setting_of(const std::string& bridge, const char* family, const char* setting) {
  std::string link = bridge;
  std::replace(link.begin(), link.end(), '.', '/');
  return fmt::format("net.{}.conf.{}.{}", family, link, setting);
}

bool publishes(const Network& network) {
  return std::any_of(network.members.begin(), network.members.end(),
                     [](const Member& member) { return !member.ports.empty(); });
}

bool is_link_name(const std::string& name) {
  return !name.empty() && name.size() < IFNAMSIZ && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c > ' ' && c < 0x7f && c != '/' && c != ':' && c != '"' && c != '\\';
         });
}

bool is_free(const Networks& networks, const std::string& bridge) {
  return sys::link_index(bridge) == 0 &&
         std::none_of(networks.all.begin(), networks.all.end(),
                      [&](const Network& other) { return other.bridge == bridge; });
}

}  // namespace

void make_bridge(const Network& network) {
  const sys::Netlink netlink;
  const std::string& name = network.bridge;
  add_bridge(netlink, {name, mac_for(network.gateways.at(0)), network.mtu},
             "a switch inside the kernel; the host is at one of its ports itself");
  if (!network.has_v6()) {
    set_sysctl(setting_of(name, "ipv6", "disable_ipv6"), "1",
               "a network without IPv6 gets no link-local addresses either");
  } else {
    set_sysctl(setting_of(name, "ipv6", "accept_ra"), "0",
               "a container that poses as a router is not believed");
  }
  if (publishes(network)) {
    set_sysctl(setting_of(name, "ipv4", "route_localnet"), "1",
               "so that a published port can be reached at 127.0.0.1, too");
  }
  for (size_t i = 0; i < network.subnets.size(); ++i) {
    add_address(netlink, name, network.gateways.at(i), network.subnets[i].prefix,
                "the gateway: the containers' way out");
  }
  set_up(netlink, name);
}

void remove_bridge(const Network& network) {
  where_bridges_are(
      [&] { delete_link(sys::Netlink(), network.bridge, "nobody is left to be connected"); });
}

std::string bridge_name(const Networks& networks, const std::string& network,
                        const std::string& asked) {
  if (!asked.empty()) {
    if (!is_link_name(asked))
      throw Error(fmt::format("{} is no name for an interface", quoted(asked)),
                  "it has 1 to 15 characters, none of them a space, a slash or a colon");
    if (!is_free(networks, asked))
      throw Error(
          fmt::format("there is an interface or a network's bridge {} already", quoted(asked)),
          "`ip link` lists the interfaces, `network ls` the bridges");
    return asked;
  }
  std::string name = "ls-" + network;
  while (!is_link_name(name) || !is_free(networks, name)) {
    uint64_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) < 0) throw SysError(errno, "getrandom()");
    name = fmt::format("ls-{:012x}", bits & 0xffffffffffffU);
  }
  return name;
}

}  // namespace lockstep::net
