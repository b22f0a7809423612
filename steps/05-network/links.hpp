#pragma once

#include <sys/types.h>

#include "05-network/addresses.hpp"
#include "common/os/netlink.hpp"

/// Lesson 05: interfaces ("links"), their addresses and routes. What `ip` does, a message each. All
/// throw SysError with the words of the `ip` command that would do the same.
namespace lockstep::net {

/// A link of its own, without ports yet.
struct BridgePlan {
  std::string name;
  std::string mac;
  unsigned mtu = 0;  // 0: the kernel's default; likewise below
};
/// False if a link of that name is there already.
bool add_bridge(const sys::Netlink& netlink, const BridgePlan& plan, Why why = {});

/// A pair of links, each the other's cable: `name` here, a port of `bridge`; `inside` in the
/// network namespace of the process `pid`.
struct VethPlan {
  std::string name;
  std::string bridge;
  std::string inside;
  pid_t pid = 0;
  std::string mac;  // of the end inside; empty: random
  unsigned mtu = 0;
  unsigned queue_length = 0;
};
void add_veth(const sys::Netlink& netlink, const VethPlan& plan, Why why = {});

/// A bridge's port: `hairpin` lets a frame leave by the port that it came in by; an isolated one
/// reaches the bridge itself and no other isolated one.
void set_port(const sys::Netlink& netlink, const std::string& name, bool isolated, Why why = {});

void set_up(const sys::Netlink& netlink, const std::string& name, Why why = {});
/// False if there is no such link. Of a pair, both ends go.
bool delete_link(const sys::Netlink& netlink, const std::string& name, Why why = {});

/// Nothing is done if the link has that address already.
void add_address(const sys::Netlink& netlink, const std::string& link, const Ip& ip,
                 unsigned prefix, Why why = {});
/// A route to the subnet `to` (prefix 0: the default one) by way of the neighbour `via`.
void add_route(const sys::Netlink& netlink, const Subnet& to, const Ip& via, Why why = {});

}  // namespace lockstep::net
