#pragma once

#include <cstdint>
#include <string>

#include "05-network/addresses.hpp"

/// Lesson 05: published ports.
namespace lockstep::net {

/// Ports of the host's that lead to as many of a container's.
struct Port {
  std::optional<Ip> address;  // of the host's; none: each of them
  unsigned host = 0;          // the first one
  unsigned container = 0;
  unsigned count = 1;
  bool udp = false;

  std::string words() const;  // "127.0.0.1:8080:80/tcp", "8000-8010:8000-8010/udp"
  std::string protocol() const { return udp ? "udp" : "tcp"; }
  /// Whether both want the same port of the host's.
  bool clashes_with(const Port& other) const;
};

/// "[IP:]HOST:CONTAINER[/tcp|/udp]", each side a port or a range FIRST-LAST; IPv6 in brackets.
/// Throws Error (the flag's name is the caller's to add).
Port parse_port(const std::string& text);

/// Throws Error that names the process if one of the host's listens where `port` is to be
/// published: what is published would take its visitors away.
void check_no_listener(const Port& port);

}  // namespace lockstep::net
