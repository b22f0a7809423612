#include "05-network/host_routes.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>

#include <charconv>
#include <cstring>
#include <memory>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

constexpr unsigned kShortest = 2;  // of the prefixes that are no default route

template <class Number>
bool hex(const std::string& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, 16);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

/// DESTINATION and MASK are the second and the eighth column of /proc/net/route, as hexadecimal
/// numbers in network order.
void add_routes4(std::vector<Subnet>& found) {
  for (const std::string& line : split(proc::read_file("/proc/net/route").value_or(""), '\n')) {
    const auto words = fields(line);
    uint32_t destination = 0;
    uint32_t netmask = 0;
    if (words.size() < 8 || !hex(words[1], destination) || !hex(words[7], netmask)) continue;
    const auto prefix = static_cast<unsigned>(__builtin_popcount(netmask));
    if (prefix >= kShortest) found.push_back({{false, 0, ntohl(destination)}, prefix});
  }
}

/// The first two columns of /proc/net/ipv6_route: 32 hexadecimal digits, and the prefix as two.
void add_routes6(std::vector<Subnet>& found) {
  for (const std::string& line :
       split(proc::read_file("/proc/net/ipv6_route").value_or(""), '\n')) {
    const auto words = fields(line);
    Subnet route{{true, 0, 0}, 0};
    if (words.size() < 2 || words[0].size() != 32 || !hex(words[1], route.prefix)) continue;
    if (!hex(words[0].substr(0, 16), route.base.high) || !hex(words[0].substr(16), route.base.low))
      continue;
    if (route.prefix >= kShortest) found.push_back(route);
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
