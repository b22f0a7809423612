#include "05-network/host_routes.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>

#include <cstring>
#include <memory>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

constexpr int kHex = 16;
constexpr unsigned kShortest = 2;  // of the prefixes that are no default route

/// DESTINATION and MASK are the second and the eighth column of /proc/net/route, as hexadecimal
/// numbers in network order.
void add_routes4(std::vector<Subnet>& found) {
  for (const std::string& line : split(proc::read_if_there("/proc/net/route").value_or(""), '\n')) {
    const auto words = fields(line);
    if (words.size() < 8) continue;
    const auto destination = parse_number<uint32_t>(words[1], kHex);
    const auto netmask = parse_number<uint32_t>(words[7], kHex);
    if (!destination || !netmask) continue;
    const auto prefix = static_cast<unsigned>(__builtin_popcount(*netmask));
    if (prefix >= kShortest) found.push_back({{false, 0, ntohl(*destination)}, prefix});
  }
}

/// The first two columns of /proc/net/ipv6_route: 32 hexadecimal digits, and the prefix as two.
void add_routes6(std::vector<Subnet>& found) {
  for (const std::string& line :
       split(proc::read_if_there("/proc/net/ipv6_route").value_or(""), '\n')) {
    const auto words = fields(line);
    if (words.size() < 2 || words[0].size() != 32) continue;
    const auto prefix = parse_number<unsigned>(words[1], kHex);
    const auto high = parse_number<uint64_t>(words[0].substr(0, 16), kHex);
    const auto low = parse_number<uint64_t>(words[0].substr(16), kHex);
    if (prefix && high && low && *prefix >= kShortest)
      found.push_back({{true, *high, *low}, *prefix});
  }
}

/// IPv6 has its own addresses among its routes.
void add_addresses4(std::vector<Subnet>& found) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) throw SysError(errno, "getifaddrs()");
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  for (const ifaddrs* item = list; item != nullptr; item = item->ifa_next) {
    if (item->ifa_addr == nullptr || item->ifa_addr->sa_family != AF_INET) continue;
    sockaddr_in address{};
    std::memcpy(&address, item->ifa_addr, sizeof address);
    found.push_back({{false, 0, ntohl(address.sin_addr.s_addr)}, 32});
  }
}

}  // namespace

std::vector<Subnet> host_routes() {
  std::vector<Subnet> found;
  add_routes4(found);
  add_addresses4(found);
  add_routes6(found);
  return found;
}

}  // namespace lockstep::net
