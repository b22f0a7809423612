#pragma once

#include <vector>

#include "common/cli/program.hpp"
#include "common/story/story.hpp"

namespace lockstep {

using ConfigOptions = cli::OptionGroup<oci::Config>;

/// `run [OPTIONS] COMMAND [ARG…]` of the first lesson: make the container, start it, wait for it.
/// From lesson 02 on, whose containers have an ID and can be left running, pid::run_command takes
/// its place.
cli::Command run_command(StoryMaker make, std::vector<ConfigOptions> groups);

/// `process` as the caller's shell would run it: its environment and its working directory.
void inherit_from_caller(oci::Process& process);

}  // namespace lockstep
