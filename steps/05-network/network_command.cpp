#include "05-network/network_command.hpp"

#include "02-pid/format.hpp"
#include "05-network/bridge.hpp"
#include "05-network/create_network.hpp"
#include "05-network/etc_files.hpp"
#include "05-network/helper.hpp"
#include "05-network/members.hpp"
#include "common/cli/table.hpp"

namespace lockstep::net {
namespace {

struct Settings {
  NetworkPlan plan;
  bool quiet = false;
  bool json = false;  // --format json
};
using Names = std::vector<std::string>;

std::string subnets_of(const Network& network) {
  std::string out;
  for (const Subnet& subnet : network.subnets) out += (out.empty() ? "" : " ") + subnet.words();
  return out;
}

void list_as_json(const std::vector<Network>& networks) {
  std::string out;
  for (const Network& network : networks)
    out += (out.empty() ? "[" : ",\n") + to_json(network, true);
  print((out.empty() ? "[" : out) + "]\n");
}

void list(const Settings& settings) {
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "BRIDGE", "SUBNET", "INTERNAL", "CONTAINERS"}};
  const auto networks = Networks::open_if_there();
  if (settings.json) return list_as_json(networks ? networks->all : std::vector<Network>());
  if (networks) {
    for (const Network& network : networks->all) {
      if (settings.quiet) print(network.name + "\n");
      rows.push_back({network.name, network.bridge, subnets_of(network),
                      network.internal ? "yes" : "no", std::to_string(network.members.size())});
    }
  }
  if (!settings.quiet) print(cli::table(rows));
}

void inspect(const Names& names) {
  Networks networks = Networks::open();
  std::string out;
  for (const std::string& name : names)
    out += (out.empty() ? "[" : ",\n") + to_json(networks.get(name), true);
  print(out + "]\n");
}

void remove_network(Networks& networks, const Network& network) {
  remove_bridge(network);
  networks.remove(std::string(network.name));
}

void remove(const Names& names) {
  Networks networks = Networks::open();
  forget_the_gone(networks);
  for (const std::string& name : names) {
    const Network& network = networks.get(name);
    if (!network.members.empty()) {
      Names ids;
      for (const Member& member : network.members) ids.push_back(member.container);
      throw Error(fmt::format("network {} has {} container{}: {}", quoted(name), ids.size(),
                              ids.size() == 1 ? "" : "s", fmt::join(ids, ", ")),
                  fmt::format("`delete --force {}` takes {} out", fmt::join(ids, " "),
                              ids.size() == 1 ? "it" : "them"));
    }
    remove_network(networks, network);
    print(name + "\n");
  }
}

void prune() {
  auto networks = Networks::open_if_there();
  if (!networks) return;
  forget_the_gone(*networks);
  const std::vector<Network> all = networks->all;
  for (const Network& network : all) {
    if (!network.members.empty()) continue;
    remove_network(*networks, network);
    print(network.name + "\n");
  }
}

/// Options that belong to another verb are refused, not ignored.
void check_options(const std::string& verb, const Settings& settings) {
  if (verb != "create" && !settings.plan.given.empty())
    throw cli::UsageError(fmt::format("--{} is for `network create`", settings.plan.given[0]));
  if (verb != "ls" && settings.json) throw cli::UsageError("--format is for `network ls`");
  if (verb != "ls" && settings.quiet) throw cli::UsageError("--quiet is for `network ls`");
}

void check_count(const std::string& verb, const Names& names) {
  const bool many = verb == "inspect" || verb == "rm";
  const bool one = verb == "create";
  if ((many && names.empty()) || (one && names.size() != 1))
    throw cli::UsageError(fmt::format("network {}: {} is needed", verb,
                                      one ? "one network's name" : "a network's name"));
  if (!many && !one && !names.empty())
    throw cli::UsageError(fmt::format("network {}: unexpected {}", verb, quoted(names[0])));
}

int run(Settings& settings, const Names& words) {
  if (words.empty()) throw cli::UsageError("network: create, ls, inspect, rm or prune is needed");
  const std::string& verb = words[0];
  const Names names(words.begin() + 1, words.end());
  const bool known =
      verb == "create" || verb == "ls" || verb == "inspect" || verb == "rm" || verb == "prune";
  if (!known)
    throw cli::UsageError(fmt::format("network: unknown verb {}", quoted(verb)),
                          "create, ls, inspect, rm or prune");
  check_options(verb, settings);
  check_count(verb, names);
  if (verb == "create") {
    create_network(settings.plan, names[0]);
    print(names[0] + "\n");
  }
  if (verb == "ls") list(settings);
  if (verb == "inspect") inspect(names);
  if (verb == "rm") remove(names);
  if (verb == "prune") prune();
  return 0;
}

}  // namespace

cli::Command network_command() {
  auto settings = std::make_shared<Settings>();
  cli::Command command;
  command.name = "network";
  command.usage = "create|ls|inspect|rm|prune [OPTIONS] [NAME…]";
  command.summary = "networks that containers share";
  command.options = [settings](cli::Options& options) {
    options.allow_anywhere();
    create_options(options, settings->plan);
    options.flag("q,quiet", "ls: only the names", [settings] { settings->quiet = true; });
    cli::format_option(options, settings->json);
  };
  command.run = [settings](const Names& words) { return run(*settings, words); };
  return command;
}

pid::UndoTable with_undoers(pid::UndoTable before) {
  before.insert({{"network", leave}, {"etc-files", remove_etc_files}, {"helper", stop_helper}});
  return before;
}

}  // namespace lockstep::net
