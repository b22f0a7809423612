#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 07: devices on the command line.
namespace lockstep::cgroup {

/// Shows the container the host's device of this path, at the same one. A rule for it is another matter.
void give_device(oci::Config& config, const std::string& path);

/// --device, --device-cgroup-rule.
void device_options(cli::Options& options, oci::Config& config);

}  // namespace lockstep::cgroup
