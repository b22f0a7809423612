#include "05-network/nat.hpp"

#include <fcntl.h>

#include <algorithm>

#include "common/os/error.hpp"
#include "common/os/netlink.hpp"

namespace lockstep::net {
namespace {

using Active = std::vector<const Network*>;

std::string nft_path() {
  if (auto path = find_on_path("nft")) return *path;
  throw Error("nft, which sets up address translation for networks, is not installed",
              "as root: apt-get install nftables (Debian, Ubuntu), dnf install nftables (Fedora), "
              "apk add nftables (Alpine)");
}

const char* family(const Ip& ip) { return ip.v6 ? "ip6" : "ip"; }

/// A published port for one of the container's addresses, without the target's port if the range
/// keeps its numbers.
std::string one_port(const Port& port, const Ip& to, unsigned offset, unsigned count) {
  const bool any = !port.address || (port.address->high == 0 && port.address->low == 0);
  const unsigned host = port.host + offset;
  const std::string where =
      any ? "" : fmt::format("{} daddr {} ", family(*port.address), port.address->words());
  const std::string numbers =
      count == 1 ? std::to_string(host) : fmt::format("{}-{}", host, host + count - 1);
  const std::string address = to.v6 ? "[" + to.words() + "]" : to.words();
  const std::string target = count == 1 ? fmt::format(":{}", port.container + offset) : "";
  return fmt::format("\t\t{}{} dport {} dnat {} to {}{}\n", where, port.protocol(), numbers,
                     family(to), count == 1 ? address : to.words(), target);
}

std::string published(const Member& member) {
  std::string out;
  for (const Port& port : member.ports) {
    for (const Ip& to : member.addresses) {
      if (port.address && port.address->v6 != to.v6) continue;
      if (port.count > 1 && port.host == port.container) {
        out += one_port(port, to, 0, port.count);
        continue;
      }
      for (unsigned offset = 0; offset < port.count; ++offset) out += one_port(port, to, offset, 1);
    }
  }
  return out.empty() ? "" : fmt::format("\t\t# container {}\n{}", member.container, out);
}

std::string ports_chain(const Active& networks) {
  std::string out =
      "\t# Published ports. An address of this machine's becomes a container's.\n"
      "\tchain published {\n";
  for (const Network* network : networks) {
    for (const Member& member : network->members) out += published(member);
  }
  return out +
         "\t}\n"
         "\tchain from_outside {\n"
         "\t\ttype nat hook prerouting priority dstnat;\n"
         "\t\tfib daddr type local jump published\n"
         "\t}\n"
         "\tchain from_this_machine {\n"
         "\t\ttype nat hook output priority -100;\n"
         "\t\tip6 daddr ::1 return comment \"leads to no other interface\"\n"
         "\t\tfib daddr type local jump published\n"
         "\t}\n";
}

std::string masquerade_chain(const Active& networks) {
  std::string out =
      "\t# On the way out a container's address becomes this machine's; so does that of who comes\n"
      "\t# by a published port from its own network (hairpin) or from 127.0.0.1: the answer must\n"
      "\t# find back.\n"
      "\tchain on_the_way_out {\n"
      "\t\ttype nat hook postrouting priority srcnat;\n"
      "\t\toifname @bridges ip saddr 127.0.0.0/8 masquerade\n";
  for (const Network* network : networks) {
    for (const Subnet& subnet : network->subnets) {
      const std::string from = fmt::format("{} saddr {}", family(subnet.base), subnet.words());
      out +=
          fmt::format("\t\t{} oifname \"{}\" ct status dnat masquerade\n", from, network->bridge);
      if (!network->internal)
        out += fmt::format("\t\t{} oifname != \"{}\" masquerade\n", from, network->bridge);
    }
  }
  return out + "\t}\n";
}

std::string forward_chain(const Active& networks) {
  std::string out =
      "\t# Who may reach whom. Answers may always pass; into a network lead published ports only.\n"
      "\tchain forward {\n"
      "\t\ttype filter hook forward priority filter;\n"
      "\t\tct state established,related accept\n";
  for (const Network* network : networks) {
    const std::string& name = network->bridge;
    if (network->internal) {
      out += fmt::format(
          "\t\t# {0} is internal\n\t\tiifname \"{1}\" oifname != \"{1}\" drop\n"
          "\t\tiifname != \"{1}\" oifname \"{1}\" drop\n",
          network->name, name);
    }
    if (network->containers_connect)
      out += fmt::format("\t\tiifname \"{0}\" oifname \"{0}\" accept\n", name);
  }
  return out +
         "\t\toifname @bridges ct status dnat accept\n"
         "\t\toifname @bridges drop\n"
         "\t}\n";
}

constexpr const char* kLoopbackChain =
    "\t# 127.0.0.1 of this machine is not for who comes from a bridge (route_localnet lets "
    "answers\n"
    "\t# back in, and would let anybody in).\n"
    "\tchain guard_loopback {\n"
    "\t\ttype filter hook prerouting priority raw;\n"
    "\t\tiifname @bridges ip daddr 127.0.0.0/8 drop\n"
    "\t\tiifname @bridges ip saddr 127.0.0.0/8 drop\n"
    "\t}\n";

}  // namespace

std::string ruleset(const std::vector<Network>& networks) {
  Active active;
  std::string bridges;
  for (const Network& network : networks) {
    if (network.members.empty()) continue;
    active.push_back(&network);
    bridges += fmt::format("{}\"{}\"", bridges.empty() ? "" : ", ", network.bridge);
  }
  if (active.empty()) return "";
  return "table inet lockstep {\n"
         "\tset bridges {\n\t\ttype ifname\n"
         "\t\telements = { " +
         bridges + " }\n\t}\n" + ports_chain(active) + masquerade_chain(active) +
         forward_chain(active) + kLoopbackChain + "}\n";
}

void check_nft() { nft_path(); }

// All of it happens at one moment. Deleting a table that isn't there would be an error; making sure
// that there is one (`table inet lockstep` does) costs nft a wait for what it then deletes, twice
// as long as all its work.
void RulesLoader::start(const std::string& rules, const Fd& lock) {
  const bool replaces = sys::may_have_table("lockstep");
  if (rules.empty() && !replaces) return;
  const std::string before = "table inet lockstep\ndelete table inet lockstep\n";
  nft_.emplace(
      nft_path(), std::vector<std::string>{"nft", "-f", "-"}, (replaces ? before : "") + rules,
      [&] { ::fcntl(lock.get(), F_SETFD, 0); },  // its own copy: not closed on exec
      "all rules at one moment, in place of the ones before: `nft list table inet lockstep`");
}

void RulesLoader::finish() {
  if (!nft_) return;
  const ProgramResult result = nft_->finish();
  nft_.reset();
  if (result.status.shell_code() == 0) return;
  throw Error(fmt::format("nft -f - {}: {}", result.status.words(),
                          result.output.substr(0, result.output.find('\n'))),
              "the rules are for `table inet lockstep`; nft and the kernel's nf_tables must be "
              "recent enough for NAT in the inet family (kernel 5.2)");
}

}  // namespace lockstep::net
