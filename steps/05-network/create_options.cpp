// The options of `network create`.
#include <array>

#include "05-network/create_network.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

unsigned number_of(const std::string& key, const std::string& text, unsigned least, unsigned most) {
  const auto number = parse_number<unsigned>(text);
  if (number && *number >= least && *number <= most) return *number;
  throw cli::UsageError(fmt::format("--opt: {}: expected a number from {} to {}, got {}", key,
                                    least, most, quoted(text)));
}

void take_opt(Network& network, const std::string& text) {
  const size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (key == "mtu" || key == "com.docker.network.driver.mtu") {
    network.mtu = number_of(key, value, 68, 65535);
  } else if (key == "txqueuelen") {
    network.queue_length = number_of(key, value, 1, 1000000);
  } else if (key == "icc" || key == "com.docker.network.bridge.enable_icc") {
    if (value != "true" && value != "false")
      throw cli::UsageError(
          fmt::format("--opt: {}: expected true or false, got {}", key, quoted(value)));
    network.containers_connect = value == "true";
  } else if (key == "com.docker.network.bridge.name") {
    if (value.empty()) throw cli::UsageError("--opt: " + key + ": expected an interface's name");
    network.bridge = value;
  } else {
    throw cli::UsageError(fmt::format("--opt: unknown key {}", quoted(key)),
                          "mtu, txqueuelen, icc, com.docker.network.bridge.name, "
                          "com.docker.network.bridge.enable_icc, com.docker.network.driver.mtu");
  }
}

/// No container's address, whatever the network.
constexpr std::array kReserved = {std::pair("0.0.0.0/8", "\"this host\""),
                                  std::pair("127.0.0.0/8", "each machine's own loopback"),
                                  std::pair("224.0.0.0/4", "for multicast"),
                                  std::pair("255.255.255.255/32", "the broadcast address"),
                                  std::pair("::/127", "\"no address\" and the loopback"),
                                  std::pair("fe80::/10", "each link's own (link-local)"),
                                  std::pair("ff00::/8", "for multicast")};

Subnet take_subnet(const std::string& text) {
  const Subnet subnet = parse_subnet(text);
  if (subnet.size() < 4)
    throw cli::UsageError(
        fmt::format("{} has no room for a gateway and a container", quoted(subnet.words())),
        "a /30 (IPv6: /126) is the smallest that has");
  for (const auto& [reserved, what] : kReserved) {
    if (subnet.overlaps(parse_subnet(reserved)))
      throw cli::UsageError(
          fmt::format("{} can't be a network's: {} is {}", quoted(subnet.words()), reserved, what));
  }
  return subnet;
}

void add_subnet(Network& network, const std::string& text) {
  const Subnet subnet = take_subnet(text);
  for (const Subnet& other : network.subnets) {
    if (subnet.base.v6 == other.base.v6)
      throw cli::UsageError("there is one of that family already",
                            "a network has at most one IPv4 and one IPv6 subnet");
  }
  network.subnets.push_back(subnet);
}

void check_driver(const std::string& text) {
  if (text == "bridge") return;
  throw cli::UsageError(fmt::format("there is no driver {}", quoted(text)),
                        "bridge is the only one, and need not be named; `run --network` knows none "
                        "and host without a network");
}

Route take_route(const std::string& text) {
  const size_t comma = text.find(',');
  const auto via = parse_ip(comma == std::string::npos ? "" : text.substr(comma + 1));
  if (!via)
    throw cli::UsageError(fmt::format(
        "expected SUBNET,GATEWAY, such as 10.9.0.0/16,10.77.0.5, got {}", quoted(text)));
  const Route route{parse_subnet(text.substr(0, comma)), *via};
  if (route.to.base.v6 != via->v6)
    throw cli::UsageError(fmt::format("{}: one is IPv4 and the other IPv6", quoted(text)));
  return route;
}

Ip take_gateway(const std::string& text) {
  const auto ip = parse_ip(text);
  if (!ip) throw cli::UsageError(fmt::format("expected an address, got {}", quoted(text)));
  return *ip;
}

}  // namespace

void create_options(cli::Options& options, NetworkPlan& plan) {
  const auto add = [&](const char* name, const char* metavar, const char* help, auto take) {
    const std::string plain = std::string(name).substr(name[1] == ',' ? 2 : 0);
    options.value(name, metavar, help, [&plan, plain, take](const std::string& text) {
      plan.given.push_back(plain);
      take(plan.network, text);
    });
  };
  add("subnet", "SUBNET", "create: its addresses (default: 10.77.N.0/24)", add_subnet);
  add("gateway", "IP", "create: the bridge's own address (default: the first)",
      [](Network& network, const std::string& text) {
        network.gateways.push_back(take_gateway(text));
      });
  add("route", "SUBNET,IP", "create: a further route of its containers",
      [](Network& network, const std::string& text) {
        network.routes.push_back(take_route(text));
      });
  add("o,opt", "KEY=VALUE", "create: mtu, txqueuelen, icc, com.docker.network.bridge.name",
      take_opt);
  options.flag("ipv6", "create: IPv6 addresses, too", [&] {
    plan.given.emplace_back("ipv6");
    plan.ipv6 = true;
  });
  add("d,driver", "bridge", "create: the kind of network: there is this one",
      [](Network&, const std::string& text) { check_driver(text); });
  options.flag("internal", "create: no way out, none in", [&] {
    plan.given.emplace_back("internal");
    plan.network.internal = true;
  });
}

}  // namespace lockstep::net
