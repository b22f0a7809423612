// Lesson 05: a network of the container's own.
//
// A network namespace has interfaces, addresses, routes, ports, packet filter rules and abstract
// sockets of its own. clone3(CLONE_NEWNET) gives the container an empty one: its loopback is there,
// and down. Nothing leads in or out until somebody lays a cable.
//
// The cable is a veth pair: two interfaces, and what one sends the other receives. One end is made
// inside the child's namespace, the other is plugged into a bridge, a switch inside the kernel.
//
//     host                                       container
//     eth0 ── routes, NAT ── ls-web 10.77.0.1
//                            ├─ lsv4f…  ═══════  eth0 10.77.0.2, default route via 10.77.0.1
//                            └─ lsv91…  ═════    lo 127.0.0.1
//
// From there on it is ordinary networking: the host routes between the bridge and its own
// interfaces, and translates addresses (nat.cpp).

#include "05-network/network.hpp"

#include "05-network/helper.hpp"
#include "05-network/links.hpp"
#include "05-network/members.hpp"
#include "05-network/rootless_netns.hpp"
#include "05-network/routes.hpp"
#include "common/os/error.hpp"

namespace lockstep::net {
namespace {

void lay_cables(const std::vector<Place>& places, const Child& child) {
  const sys::Netlink netlink;
  for (const auto& [network, member] : places) {
    add_veth(netlink,
             {member.link, network.bridge, member.inside, child.pid(), member.mac, network.mtu,
              network.queue_length},
             "a cable: one end in the bridge, the other in the child's network namespace");
    set_port(netlink, member.link, !network.containers_connect,
             "what it sends to this machine's own address may come back to it");
  }
}

}  // namespace

void Connection::prepare(Undo& undo) {
  wanted_ = wanted_of(config_);
  joiner_ = joiner_of(config_, wanted_, undo);
  devices_.prepare(config_);  // net_devices.cpp: the host's own interfaces
  choose_helper(wanted_);     // helper.cpp: pasta, slirp4netns
  join(config_, wanted_);     // join.cpp: container:ID, a path
  etc_files_.prepare(config_, wanted_, joiner_, undo);  // etc_files.cpp
  prepare_helper(wanted_, joiner_.state, undo);
  bridges_lead_out_ = !is_rootless();
  places_ = enter(wanted_, joiner_, rules_, undo);  // members.cpp: addresses, ports, bridge, NAT
}

void Connection::connect(const Child& child) {
  if (!places_.empty() && !where_bridges_are([&] { lay_cables(places_, child); }))
    throw Error("the process that kept this user's bridges, lockstep-netns, has ended",
                "run it again: that starts another");
  devices_.move(child);
  start_helper(wanted_, joiner_.state, child);
  rules_.finish();  // nat.cpp: nft has worked beside all this
}

void Connection::configure() {
  etc_files_.open();
  if (new_network(config_) == 0) return;
  const sys::Netlink container;  // a socket of the namespace that it is made in
  set_up(container, "lo", "a new network namespace has a loopback, but it is down");
  for (const auto& [network, member] : places_) {
    for (size_t i = 0; i < member.addresses.size(); ++i)
      add_address(container, member.inside, member.addresses[i], network.subnets[i].prefix,
                  "the address that was set aside for it");
    set_up(container, member.inside, "plugged in");
  }
  // routes.cpp: the default route, where bridges lead out, and a network's own.
  add_routes(container, places_, bridges_lead_out_);
}

}  // namespace lockstep::net
