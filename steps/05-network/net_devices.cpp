#include "05-network/net_devices.hpp"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "common/os/errand.hpp"
#include "common/os/error.hpp"
#include "common/os/processes.hpp"

namespace lockstep::net {
namespace {

using sys::NetlinkRequest;

std::string place_of(const std::string& device) {
  return fmt::format("linux.netDevices[{}]", quoted(device));
}

ifinfomsg header_of(unsigned index, bool up = false) {
  ifinfomsg header{};
  header.ifi_family = AF_UNSPEC;
  header.ifi_index = static_cast<int>(index);
  if (up) header.ifi_flags = header.ifi_change = IFF_UP;
  return header;
}

/// Calls `take` with the number and the value of each attribute behind the header.
template <class Take>
void each_attribute(std::string_view message, Take take) {
  std::string_view rest = message.substr(NLMSG_ALIGN(sizeof(ifaddrmsg)));
  while (rest.size() >= sizeof(rtattr)) {
    rtattr head{};
    std::memcpy(&head, rest.data(), sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > rest.size()) return;
    take(head.rta_type, rest.substr(RTA_LENGTH(0), head.rta_len - RTA_LENGTH(0)));
    rest.remove_prefix(std::min(rest.size(), size_t{RTA_ALIGN(head.rta_len)}));
  }
}

ifaddrmsg address_header(std::string_view message) {
  ifaddrmsg header{};
  if (message.size() >= sizeof header) std::memcpy(&header, message.data(), sizeof header);
  return header;
}

/// As the spec has it: permanent, and of global scope.
bool is_lasting(std::string_view message) {
  const ifaddrmsg header = address_header(message);
  uint32_t flags = header.ifa_flags;
  each_attribute(message, [&](uint16_t type, std::string_view value) {
    if (type == IFA_FLAGS && value.size() == sizeof flags)
      std::memcpy(&flags, value.data(), sizeof flags);
  });
  return (flags & IFA_F_PERMANENT) != 0 && header.ifa_scope == RT_SCOPE_UNIVERSE;
}

std::vector<std::string> addresses_of(const sys::Netlink& netlink, unsigned index,
                                      const std::string& name) {
  std::vector<std::string> found;
  netlink.list(
      NetlinkRequest(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{}), "ip address show dev " + name,
      [&](std::string_view message) {
        if (message.size() >= sizeof(ifaddrmsg) && address_header(message).ifa_index == index &&
            is_lasting(message))
          found.emplace_back(message);
      },
      "an interface that is moved comes without its addresses");
  return found;
}

void add_again(const sys::Netlink& netlink, const std::string& message, unsigned index,
               const std::string& name) {
  ifaddrmsg header = address_header(message);
  header.ifa_index = index;
  header.ifa_flags = 0;
  NetlinkRequest request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, header);
  each_attribute(message, [&](uint16_t type, std::string_view value) {
    const bool its_own = type == IFA_LOCAL || type == IFA_ADDRESS || type == IFA_BROADCAST ||
                         type == IFA_RT_PRIORITY;
    if (its_own) request.put_bytes(type, value);
  });
  if (header.ifa_family == AF_INET6) request.put(IFA_FLAGS, uint32_t{IFA_F_NODAD});
  netlink.ask(request, fmt::format("ip address add … dev {}", name),
              "one that it had on the host, and that is to last");
}

bool is_template(const std::string& name) { return name.find('%') != std::string::npos; }

/// A name that nobody has, on neither side.
std::string name_on_the_way(unsigned index) { return fmt::format("ls-moved{}", index); }

}  // namespace

void MovedDevices::prepare(const oci::Config& config) {
  if (config.linux.net_devices.empty()) return;
  const auto& all = config.linux.namespaces;
  if (std::none_of(all.begin(), all.end(),
                   [](const oci::Namespace& item) { return item.type == "network"; }))
    throw Error(
        "linux.netDevices: without \"network\" in linux.namespaces there is nowhere to move them "
        "to",
        "add {\"type\": \"network\"} to linux.namespaces");
  host_.emplace();
  std::set<std::string> names = {"lo"};
  for (const auto& [name, inside] : config.linux.net_devices) {
    const unsigned index = sys::link_index(name);
    if (index == 0)
      throw Error(fmt::format("{}: there is no such network device on the host", place_of(name)),
                  "`ip link` shows those that there are");
    if (!is_template(inside) && !names.insert(inside).second)
      throw Error(
          fmt::format("{}: the name {} is taken in the container", place_of(name), quoted(inside)),
          "give it another one with \"name\", or \"eth%d\"");
    devices_.push_back({name, inside, index, addresses_of(*host_, index, name)});
  }
}

void MovedDevices::move_all(pid_t child) const {
  const sys::Netlink container;
  for (const Device& device : devices_) {
    if (is_template(device.inside) || sys::link_index(device.inside) == 0) continue;
    throw Error(fmt::format("{}: the name {} is taken in the container", place_of(device.name),
                            quoted(device.inside)),
                "give it another one with \"name\", or \"eth%d\"");
  }
  for (const Device& device : devices_) {
    const std::string meanwhile = name_on_the_way(device.index);
    NetlinkRequest away(RTM_NEWLINK, 0, header_of(device.index));
    away.put(IFLA_IFNAME, meanwhile);
    away.put(IFLA_NET_NS_PID, static_cast<uint32_t>(child));
    host_->ask(away, fmt::format("ip link set {} name {} netns {}", device.name, meanwhile, child),
               "from here on it is the container's, and no longer the host's");
    const unsigned index = sys::link_index(meanwhile);
    NetlinkRequest named(RTM_NEWLINK, 0, header_of(index));
    named.put(IFLA_IFNAME, device.inside);
    container.ask(named, fmt::format("ip link set {} name {}", meanwhile, device.inside));
    for (const std::string& address : device.addresses)
      add_again(container, address, index, device.inside);
    container.ask(NetlinkRequest(RTM_NEWLINK, 0, header_of(index, true)),
                  fmt::format("ip link set {} up", device.inside));
  }
}

void MovedDevices::move(const Child& child) const {
  if (devices_.empty()) return;
  run_errand({}, [&] {
    sys::join_namespaces(child.pidfd(), child.pid(), CLONE_NEWNET,
                         "where the interfaces are to go, with the host's power over both sides");
    move_all(child.pid());
    return 0;
  });
}

}  // namespace lockstep::net
