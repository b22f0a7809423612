#pragma once

#include "05-network/networks.hpp"
#include "common/cli/options.hpp"

namespace lockstep::net {

/// What `network create` was given.
struct NetworkPlan {
  Network network;
  bool ipv6 = false;  // --ipv6: an IPv6 subnet, too, if none is named
  /// Which options were given, so that other verbs can refuse them.
  std::vector<std::string> given;
};

void create_options(cli::Options& options, NetworkPlan& plan);

/// Completes the plan (a subnet that is free, the first address of each as its gateway, a bridge's
/// name), checks it against all other networks, and writes it down. Nothing is made in the kernel:
/// that is done by the first container. Throws Error.
void create_network(NetworkPlan plan, const std::string& name);

}  // namespace lockstep::net
