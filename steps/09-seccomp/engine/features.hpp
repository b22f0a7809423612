#pragma once

#include <string>

#include "common/cli/program.hpp"

/// Lesson 09: what an engine (Docker, Podman, containerd) asks its runtime before it uses it.
namespace lockstep::engine {

/// The features structure, as JSON: what this program can do, whatever the machine can.
/// See: the runtime-spec's features.md, features-linux.md
std::string features();

/// `features`
cli::Command features_command();

}  // namespace lockstep::engine
