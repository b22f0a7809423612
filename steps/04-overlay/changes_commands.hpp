#pragma once

#include "common/cli/program.hpp"

/// Lesson 04's commands about what a container has changed.
namespace lockstep::overlay {

/// `diff [-f table|json] ID`
cli::Command diff_command();
/// `commit [--author A] [--message M] [--change LINE]… [--pause=false] ID IMAGE`
cli::Command commit_command();

}  // namespace lockstep::overlay
