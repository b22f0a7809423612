#pragma once

#include <functional>

#include "02-pid/state.hpp"
#include "common/cli/program.hpp"

/// Lesson 04's commands about what a container has changed.
namespace lockstep::overlay {

/// `diff [-f table|json] ID`
cli::Command diff_command();
/// `commit [--author A] [--message M] [--change LINE]… [--pause=false] ID IMAGE`
/// `pause` runs the second argument while the container stands still, and returns what that returned;
/// null, as long as no lesson can: it runs on.
using Pause = int (*)(const pid::Record& record, const std::function<int()>& body);
cli::Command commit_command(Pause pause = nullptr);

}  // namespace lockstep::overlay
