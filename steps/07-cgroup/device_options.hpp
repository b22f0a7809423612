#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 07: devices on the command line.
namespace lockstep::cgroup {

/// --device, --device-cgroup-rule.
void device_options(cli::Options& options, oci::Config& config);

}  // namespace lockstep::cgroup
