#include "05-network/links.hpp"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#include "common/os/error.hpp"

namespace lockstep::net {
namespace {

using sys::NetlinkRequest;

ifinfomsg link_header(bool up = false) {
  ifinfomsg header{};
  header.ifi_family = AF_UNSPEC;
  if (up) header.ifi_flags = header.ifi_change = IFF_UP;
  return header;
}

unsigned index_of(const std::string& name) {
  const unsigned index = sys::link_index(name);
  if (index == 0) throw SysError(ENODEV, fmt::format("the link {}", quoted(name)));
  return index;
}

/// What both kinds of link may be given.
std::string put_shape(NetlinkRequest& request, const std::string& mac, unsigned mtu,
                      unsigned queue_length) {
  std::string words;
  if (const auto bytes = parse_mac(mac)) {
    request.put_bytes(IFLA_ADDRESS, *bytes);
    words += " address " + mac;
  }
  if (mtu != 0) {
    request.put(IFLA_MTU, uint32_t{mtu});
    words += fmt::format(" mtu {}", mtu);
  }
  if (queue_length != 0) {
    request.put(IFLA_TXQLEN, uint32_t{queue_length});
    words += fmt::format(" txqueuelen {}", queue_length);
  }
  return words;
}

}  // namespace

bool add_bridge(const sys::Netlink& netlink, const BridgePlan& plan, Why why) {
  NetlinkRequest request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link_header());
  request.put(IFLA_IFNAME, plan.name);
  const std::string shape = put_shape(request, plan.mac, plan.mtu, 0);
  const size_t info = request.begin(IFLA_LINKINFO);
  request.put(IFLA_INFO_KIND, "bridge");
  request.end(info);
  return netlink.ask(request, fmt::format("ip link add {}{} type bridge", plan.name, shape), why,
                     {EEXIST}) == 0;
}

void add_veth(const sys::Netlink& netlink, const VethPlan& plan, Why why) {
  NetlinkRequest request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link_header(true));
  request.put(IFLA_IFNAME, plan.name);
  request.put(IFLA_MASTER, uint32_t{index_of(plan.bridge)});
  const std::string shape = put_shape(request, "", plan.mtu, plan.queue_length);
  const size_t info = request.begin(IFLA_LINKINFO);
  request.put(IFLA_INFO_KIND, "veth");
  const size_t data = request.begin(IFLA_INFO_DATA);
  const size_t peer = request.begin(VETH_INFO_PEER);
  request.put_plain(link_header());
  request.put(IFLA_IFNAME, plan.inside);
  request.put(IFLA_NET_NS_PID, static_cast<uint32_t>(plan.pid));
  const std::string peers = put_shape(request, plan.mac, plan.mtu, plan.queue_length);
  request.end(peer);
  request.end(data);
  request.end(info);
  netlink.ask(request,
              fmt::format("ip link add {} up master {}{} type veth peer name {} netns {}{}",
                          plan.name, plan.bridge, shape, plan.inside, plan.pid, peers),
              why);
}

void set_port(const sys::Netlink& netlink, const std::string& name, bool isolated, Why why) {
  ifinfomsg header = link_header();
  header.ifi_family = AF_BRIDGE;
  header.ifi_index = static_cast<int>(index_of(name));
  NetlinkRequest request(RTM_SETLINK, 0, header);
  const size_t port = request.begin(IFLA_PROTINFO);
  request.put(IFLA_BRPORT_MODE, uint8_t{1});
  if (isolated) request.put(IFLA_BRPORT_ISOLATED, uint8_t{1});
  request.end(port);
  netlink.ask(
      request,
      fmt::format("bridge link set dev {} hairpin on{}", name, isolated ? " isolated on" : ""),
      why);
}

void set_up(const sys::Netlink& netlink, const std::string& name, Why why) {
  NetlinkRequest request(RTM_NEWLINK, 0, link_header(true));
  request.put(IFLA_IFNAME, name);
  netlink.ask(request, fmt::format("ip link set {} up", name), why);
}

bool delete_link(const sys::Netlink& netlink, const std::string& name, Why why) {
  NetlinkRequest request(RTM_DELLINK, 0, link_header());
  request.put(IFLA_IFNAME, name);
  return netlink.ask(request, fmt::format("ip link delete {}", name), why, {ENODEV}) == 0;
}

void add_address(const sys::Netlink& netlink, const std::string& link, const Ip& ip,
                 unsigned prefix, Why why) {
  ifaddrmsg header{};
  header.ifa_family = ip.v6 ? AF_INET6 : AF_INET;
  header.ifa_prefixlen = static_cast<uint8_t>(prefix);
  header.ifa_index = index_of(link);
  NetlinkRequest request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, header);
  request.put_bytes(IFA_LOCAL, ip.bytes());
  request.put_bytes(IFA_ADDRESS, ip.bytes());
  // nodad: whether anybody else has it needn't be asked, and the asking takes a second.
  if (ip.v6) request.put(IFA_FLAGS, uint32_t{IFA_F_NODAD});
  if (!ip.v6 && prefix < 31) {
    const Ip broadcast{false, 0, ip.low | (~uint32_t{0} >> prefix)};
    request.put_bytes(IFA_BROADCAST, broadcast.bytes());
  }
  netlink.ask(
      request,
      fmt::format("ip address add {}/{} dev {}{}", ip.words(), prefix, link, ip.v6 ? " nodad" : ""),
      why, {EEXIST});
}

void add_route(const sys::Netlink& netlink, const Subnet& to, const Ip& via, Why why) {
  rtmsg header{};
  header.rtm_family = via.v6 ? AF_INET6 : AF_INET;
  header.rtm_dst_len = static_cast<unsigned char>(to.prefix);
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = RTPROT_BOOT;
  header.rtm_scope = RT_SCOPE_UNIVERSE;
  header.rtm_type = RTN_UNICAST;
  NetlinkRequest request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, header);
  if (to.prefix != 0) request.put_bytes(RTA_DST, to.base.bytes());
  request.put_bytes(RTA_GATEWAY, via.bytes());
  netlink.ask(
      request,
      fmt::format("ip route add {} via {}", to.prefix == 0 ? "default" : to.words(), via.words()),
      why);
}

}  // namespace lockstep::net
