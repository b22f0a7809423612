#pragma once

// Lesson 05: networks. From the core to its details.
// clang-format off
#include "05-network/network.hpp"          // the core: a namespace, its loopback, a cable
#include "05-network/options.hpp"          // the command line's part of it
#include "05-network/members.hpp"          // into a network, and out of it: addresses, ports
#include "05-network/bridge.hpp"           // the switch
#include "05-network/nat.hpp"              // the way out, and the ways in
#include "05-network/join.hpp"             // a namespace that is there already
#include "05-network/helper.hpp"           // the way out without root: pasta, slirp4netns
#include "05-network/etc_files.hpp"        // /etc/hosts and its kin
#include "05-network/network_command.hpp"  // network create ls inspect rm prune
// clang-format on
