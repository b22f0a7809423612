#include "05-network/addresses.hpp"

#include <arpa/inet.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <climits>

#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::net {
namespace {

/// The first `bits` bits of a word of 64.
uint64_t mask(unsigned bits) { return bits == 0 ? 0 : ~uint64_t{0} << (64 - std::min(bits, 64U)); }

/// The network part of `ip`, `prefix` bits long.
Ip base_of(const Ip& ip, unsigned prefix) {
  if (!ip.v6) return {false, 0, ip.low & (mask(prefix) >> 32U)};
  return {true, ip.high & mask(prefix), prefix > 64 ? ip.low & mask(prefix - 64) : 0};
}

uint64_t read_big_endian(const unsigned char* bytes, size_t count) {
  uint64_t number = 0;
  for (size_t i = 0; i < count; ++i) number = number << 8U | bytes[i];
  return number;
}

void random_bytes(void* to, size_t size) {
  if (::getrandom(to, size, 0) != static_cast<ssize_t>(size)) throw SysError(errno, "getrandom()");
}

}  // namespace

std::string Ip::bytes() const {
  std::string out;
  if (v6) {
    for (int shift = 56; shift >= 0; shift -= 8)
      out += static_cast<char>(high >> static_cast<unsigned>(shift));
  }
  for (int shift = v6 ? 56 : 24; shift >= 0; shift -= 8)
    out += static_cast<char>(low >> static_cast<unsigned>(shift));
  return out;
}

std::string Ip::words() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(v6 ? AF_INET6 : AF_INET, bytes().data(), text.data(), text.size());
}

bool Ip::is_loopback() const { return v6 ? high == 0 && low == 1 : low >> 24U == 127; }

std::optional<Ip> parse_ip(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return Ip{false, 0, read_big_endian(bytes.data(), 4)};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1)
    return Ip{true, read_big_endian(bytes.data(), 8), read_big_endian(bytes.data() + 8, 8)};
  return std::nullopt;
}

std::string Subnet::words() const { return fmt::format("{}/{}", base.words(), prefix); }

bool Subnet::contains(const Ip& ip) const {
  return ip.v6 == base.v6 && base_of(ip, prefix) == base;
}

bool Subnet::overlaps(const Subnet& other) const {
  return contains(other.base) || other.contains(base);
}

uint64_t Subnet::size() const {
  const unsigned free_bits = (base.v6 ? 128 : 32) - prefix;
  return free_bits >= 64 ? UINT64_MAX : uint64_t{1} << free_bits;
}

Ip Subnet::at(uint64_t number) const {
  if (number >= size()) throw Error(fmt::format("the subnet {} ends before that", words()));
  return {base.v6, base.high, base.low | number};
}

Subnet parse_subnet(const std::string& text) {
  const size_t slash = text.find('/');
  const auto ip = parse_ip(text.substr(0, slash));
  const std::string behind = slash == std::string::npos ? "" : text.substr(slash + 1);
  const unsigned prefix = parse_number<unsigned>(behind).value_or(UINT_MAX);
  if (!ip || prefix > (ip->v6 ? 128U : 32U))
    throw Error(fmt::format("expected a subnet such as 10.77.0.0/24, got {}", quoted(text)));
  const Subnet subnet{base_of(*ip, prefix), prefix};
  if (subnet.base != *ip) {
    throw Error(fmt::format("{} has bits set behind its prefix", quoted(text)),
                fmt::format("the subnet is {}", subnet.words()));
  }
  return subnet;
}

bool is_usable(const Subnet& subnet, const Ip& ip) {
  if (!subnet.contains(ip) || ip == subnet.base) return false;
  return ip.v6 || ip != subnet.at(subnet.size() - 1);
}

Ip first_free(const Subnet& subnet, const std::set<Ip>& taken) {
  for (uint64_t number = 1; number < subnet.size(); ++number) {
    const Ip ip = subnet.at(number);
    if (is_usable(subnet, ip) && taken.count(ip) == 0) return ip;
  }
  throw Error(fmt::format("no address is left in the subnet {}", subnet.words()),
              "remove containers that have ended, or make a network with a larger --subnet");
}

Subnet free_subnet4(const std::vector<Subnet>& taken) {
  for (uint64_t number = 0; number < 256; ++number) {
    const Subnet candidate{{false, 0, uint64_t{0x0a4d0000} | number << 8U}, 24};
    const auto clashes = [&](const Subnet& other) { return other.overlaps(candidate); };
    if (std::none_of(taken.begin(), taken.end(), clashes)) return candidate;
  }
  throw Error("no subnet of 10.77.0.0/16 is free any more", "name one: --subnet 10.78.0.0/24");
}

Subnet random_subnet6() {
  uint64_t bits = 0;
  random_bytes(&bits, sizeof bits);
  return {{true, uint64_t{0xfd} << 56U | bits >> 8U, 0}, 64};
}

std::string mac_for(const Ip& ip) {
  std::array<unsigned char, 4> last{};
  if (ip.v6) {
    random_bytes(last.data(), last.size());
  } else {
    const std::string bytes = ip.bytes();
    std::copy(bytes.begin(), bytes.end(), last.begin());
  }
  return fmt::format("02:6c:{:02x}:{:02x}:{:02x}:{:02x}", last[0], last[1], last[2], last[3]);
}

std::optional<std::string> parse_mac(const std::string& text) {
  const auto parts = split(text, ':');
  std::string bytes;
  for (const std::string& part : parts) {
    const auto byte = parse_number<unsigned>(part, 16);
    if (part.size() != 2 || !byte) return std::nullopt;
    bytes += static_cast<char>(*byte);
  }
  const bool group = bytes.empty() || (static_cast<unsigned char>(bytes[0]) & 1U) != 0;
  const bool zero = bytes.find_first_not_of('\0') == std::string::npos;
  return bytes.size() != 6 || group || zero ? std::nullopt : std::optional(bytes);
}

}  // namespace lockstep::net
