#pragma once

#include "02-pid/undo.hpp"
#include "common/cli/program.hpp"

namespace lockstep::net {

/// `network create|ls|inspect|rm|prune [OPTIONS] [NAME…]`
cli::Command network_command();

/// Lesson 05's kinds of notes, beside those of `before`: "network", "etc-files", "helper".
pid::UndoTable with_undoers(pid::UndoTable before);

}  // namespace lockstep::net
