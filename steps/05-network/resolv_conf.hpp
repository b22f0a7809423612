#pragma once

#include "05-network/wanted.hpp"

namespace lockstep::net {

/// The container's /etc/resolv.conf: what --dns and --dns-search say, else the host's. In a network
/// of its own the host's loopback is out of reach, and with it a name server that listens there:
/// systemd-resolved's own servers are then taken instead, or none, and the file says why.
std::string resolv_conf(const Wanted& wanted);

}  // namespace lockstep::net
