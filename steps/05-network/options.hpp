#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 05's part of the command line.
namespace lockstep::net {

/// For `run`: --network --publish --ip --ip6 --mac-address --dns --dns-search --add-host
/// --network-alias. When all are read, `linux.namespaces` says whether there is a network
/// namespace: a new one with nothing in it, unless --network says otherwise.
void options(cli::Options& options, oci::Config& config);

}  // namespace lockstep::net
