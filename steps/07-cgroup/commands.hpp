#pragma once

#include <functional>

#include "02-pid/state.hpp"
#include "common/cli/program.hpp"
#include "common/oci/resources.hpp"

/// Lesson 07's commands.
namespace lockstep::cgroup {

/// `pause ID`
cli::Command pause_command();
/// `resume ID`
cli::Command resume_command();
/// `update [--memory SIZE] … [--resources FILE] ID`
cli::Command update_command();
/// `stats [--no-stream] [-f table|json] [ID…]`
cli::Command stats_command();
/// `events [--interval TIME] [--stats] ID`
cli::Command events_command();
/// `top ID [PS-OPTION…]`
cli::Command top_command();

/// All of them.
void add_commands(cli::Program& step);

/// Runs `body` while the container stands still; it goes on then, unless it was paused before. One
/// without a cgroup of its own runs on, which is said.
int while_frozen(const pid::Record& record, const std::function<int()>& body);

/// `now`, with all that `changes` asks for in its place.
oci::Resources merged(const oci::Resources& now, const oci::Resources& changes);

}  // namespace lockstep::cgroup
