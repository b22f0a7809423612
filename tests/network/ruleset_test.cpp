#include "05-network/nat.hpp"
#include "05-network/other_filters.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using namespace lockstep::net;

namespace {

Network web() {
  Network network;
  network.name = "web";
  network.bridge = "ls-web";
  network.subnets = {parse_subnet("10.77.0.0/24"), parse_subnet("fd00::/64")};
  network.gateways = {*parse_ip("10.77.0.1"), *parse_ip("fd00::1")};
  Member member;
  member.container = "box";
  member.state = "/run/lockstep/box";
  member.link = "lsv0";
  member.addresses = {*parse_ip("10.77.0.2"), *parse_ip("fd00::2")};
  member.names = {"box"};
  member.ports = {parse_port("8080:80"), parse_port("127.0.0.1:53:5353/udp"),
                  parse_port("9000-9009:9000-9009"), parse_port("7000-7001:80-81")};
  network.members = {member};
  return network;
}

bool has(const std::string& rules, const char* line) {
  return rules.find(line) != std::string::npos;
}

}  // namespace

TEST_CASE("rules: none without a member") {
  Network empty = web();
  empty.members.clear();
  CHECK(ruleset({}).empty());
  CHECK(ruleset({empty}).empty());
}

TEST_CASE("rules: a line for each published port, and for ranges that keep their numbers one") {
  const std::string rules = ruleset({web()});
  CAPTURE(rules);
  CHECK(has(rules, "# container box\n"));
  CHECK(has(rules, "\ttcp dport 8080 dnat ip to 10.77.0.2:80\n"));
  CHECK(has(rules, "\ttcp dport 8080 dnat ip6 to [fd00::2]:80\n"));
  CHECK(has(rules, "\tip daddr 127.0.0.1 udp dport 53 dnat ip to 10.77.0.2:5353\n"));
  CHECK_FALSE(has(rules, "dport 53 dnat ip6"));
  CHECK(has(rules, "\ttcp dport 9000-9009 dnat ip to 10.77.0.2\n"));
  CHECK(has(rules, "\ttcp dport 7001 dnat ip to 10.77.0.2:81\n"));
}

TEST_CASE("rules: internal networks have no way out, and icc=false no way across") {
  Network network = web();
  CHECK(has(ruleset({network}), "ip saddr 10.77.0.0/24 oifname != \"ls-web\" masquerade\n"));
  CHECK(has(ruleset({network}), "iifname \"ls-web\" oifname \"ls-web\" accept\n"));
  network.containers_connect = false;
  CHECK_FALSE(has(ruleset({network}), "iifname \"ls-web\" oifname \"ls-web\" accept\n"));
  network.internal = true;
  CHECK_FALSE(has(ruleset({network}), "oifname != \"ls-web\" masquerade\n"));
  CHECK(has(ruleset({network}), "iifname \"ls-web\" oifname != \"ls-web\" drop\n"));
}

TEST_CASE("networks: what is written is read") {
  Network network = web();
  network.routes = {{parse_subnet("10.9.0.0/16"), *parse_ip("10.77.0.5")}};
  network.mtu = 1400;
  network.queue_length = 77;
  const std::string text = to_json(network);
  CHECK(to_json(network_from_json(text, "web.json")) == text);
}

TEST_CASE("rules: ::1 leads to no container, and is not sent to one") {
  const std::string rules = ruleset({web()});
  const size_t output = rules.find("hook output");
  const size_t returns = rules.find("ip6 daddr ::1 return", output);
  CHECK(returns < rules.find("jump published", output));
}

TEST_CASE("other filters: base chains that drop what is forwarded, and no others") {
  const std::string chains = R"({"nftables": [
    {"metainfo": {"version": "1.0.6"}},
    {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "handle": 1, "type": "filter",
               "hook": "forward", "prio": 0, "policy": "drop"}},
    {"chain": {"family": "inet", "table": "lockstep", "name": "forward", "hook": "forward",
               "policy": "drop"}},
    {"chain": {"family": "bridge", "table": "b", "name": "f", "hook": "forward", "policy": "drop"}},
    {"chain": {"family": "ip6", "table": "filter", "name": "FORWARD", "hook": "forward",
               "policy": "accept"}},
    {"chain": {"family": "ip", "table": "filter", "name": "INPUT", "hook": "input",
               "policy": "drop"}},
    {"chain": {"family": "ip", "table": "filter", "name": "DOCKER-USER"}}]})";
  CHECK(forward_droppers(chains) == std::vector<std::string>{"ip filter FORWARD"});
  CHECK(forward_droppers("{}").empty());
}
