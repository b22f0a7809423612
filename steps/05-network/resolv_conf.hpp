#pragma once

#include "05-network/wanted.hpp"

namespace lockstep::net {

/// The container's /etc/resolv.conf: what --dns and --dns-search say, else the host's. In a network
/// of its own the host's loopback is out of reach, and with it a name server that listens there:
/// systemd-resolved's own servers are then taken instead, or a helper's address, or none: then the
/// file says why, and so does a sentence on standard error where there is a way out at all.
std::string resolv_conf(const Wanted& wanted);

/// The address at which the helper of `wanted` answers for a name server on the host's loopback, if
/// that is the only one that the host has. Nothing without a helper, or with --dns.
std::optional<Ip> dns_forwarder(const Wanted& wanted);

}  // namespace lockstep::net
