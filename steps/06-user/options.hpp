#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 06's part of the command line.
namespace lockstep::usr {

/// For `run`: --user, --group-add, --userns, --uidmap, --gidmap. When all are read, a container
/// without --userns host is given a user namespace of its own, and a map.
void options(cli::Options& options, oci::Config& config);

/// For `spec`: without root, users of its own, as `run` gives them; nobody else can make containers.
void complete_bundle(oci::Config& config, bool rootless);

/// For `exec`: --user.
void exec_options(cli::Options& options, oci::Process& process);

}  // namespace lockstep::usr
