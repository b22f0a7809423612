#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 07's part of the command line.
namespace lockstep::cgroup {

/// For `run`: the limits (docker's names), --device, --device-cgroup-rule, --cgroupns,
/// --cgroup-parent. When all are read, a container without --cgroupns host is given a cgroup
/// namespace, and each one a /sys/fs/cgroup and device rules.
void options(cli::Options& options, oci::Config& config);

/// Its limits alone: what `update` has, too, for a container with limits already (`changes`).
void limit_options(cli::Options& options, oci::Resources& resources, bool changes = false);

/// For `spec`: what `run` gives a container, on top of lesson 06's part.
void complete_bundle(oci::Config& config, bool rootless);

}  // namespace lockstep::cgroup
