#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Lesson 05: addresses and subnets, of IPv4 and IPv6.
namespace lockstep::net {

/// An address as two numbers: an IPv4 address is a `low` of 32 bits.
struct Ip {
  bool v6 = false;
  uint64_t high = 0;
  uint64_t low = 0;

  std::string words() const;  // "10.77.0.2", "fd00::2"
  /// As the kernel and the wire have it: 4 or 16 bytes.
  std::string bytes() const;
  bool is_loopback() const;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 stumbles over what the compiler writes here
  auto operator<=>(const Ip&) const = default;
};
/// Nothing if `text` is no address.
std::optional<Ip> parse_ip(const std::string& text);

/// A subnet, "10.77.0.0/24": all addresses whose first `prefix` bits are those of `base`.
struct Subnet {
  Ip base;
  unsigned prefix = 0;

  std::string words() const;
  bool contains(const Ip& ip) const;
  bool overlaps(const Subnet& other) const;
  /// Its addresses as a number after `base`; throws Error past the last.
  Ip at(uint64_t number) const;
  /// How many numbers `at` takes; 2^64 - 1 if there are more.
  uint64_t size() const;
};
/// Throws Error (the flag's name is the caller's to add) unless it is an address, "/" and a prefix
/// behind which the address has no bit set.
Subnet parse_subnet(const std::string& text);

/// Whether a container can have it: in the subnet, and neither its first address nor, of IPv4, its
/// last (the broadcast).
bool is_usable(const Subnet& subnet, const Ip& ip);
/// The lowest usable address of the subnet that is not in `taken`. Throws Error if there is none.
Ip first_free(const Subnet& subnet, const std::set<Ip>& taken);

/// A subnet for a network that was made without one: 10.77.N.0/24, or a random fdXX:…::/64. The
/// IPv4 one overlaps none of `taken`. Throws Error if there is none left.
Subnet free_subnet4(const std::vector<Subnet>& taken);
Subnet random_subnet6();

/// "02:6c:0a:4d:00:02", a link's address that belongs to an IPv4 address alone: who gets that
/// address next is found by neighbours that remember the one before. Random for IPv6.
std::string mac_for(const Ip& ip);
/// Its six bytes; nothing unless `text` is one that an interface can have (not of a group).
std::optional<std::string> parse_mac(const std::string& text);

}  // namespace lockstep::net
