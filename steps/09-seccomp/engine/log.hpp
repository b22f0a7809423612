#pragma once

#include "common/cli/options.hpp"
#include "common/cli/program.hpp"

/// Lesson 09: the file in which an engine looks for what went wrong.
namespace lockstep::engine {

/// --log, --log-format, --debug. Each error becomes a line of the file, as runc has it:
/// `time="2026-11-22T20:51:11Z" level=error msg="…"`, or
/// `{"level":"error","msg":"…","time":"2026-11-22T20:51:11Z"}`; with --debug each command, too.
void log_options(cli::Options& options);
/// Has `step` tell the log of its commands and errors.
void add_log(cli::Program& step);

}  // namespace lockstep::engine
