#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 09's part of the command line.
namespace lockstep::seccomp {

/// For `run` and `create`: --security-opt seccomp=FILE|unconfined, --no-new-keyring. Without the former the
/// container has the default profile.
void options(cli::Options& options, oci::Config& config);

}  // namespace lockstep::seccomp
