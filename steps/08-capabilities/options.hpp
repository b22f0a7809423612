#pragma once

#include "common/cli/options.hpp"
#include "common/oci/config.hpp"

/// Lesson 08's part of the command line.
namespace lockstep::caps {

/// For `run`: --cap-add, --cap-drop, --privileged, --security-opt, --ulimit, --sysctl, --oom-score-adj,
/// with docker's meanings. When all are read, the process has docker's default set of capabilities, with
/// these changes.
/// To be added after all earlier lessons' groups: --privileged undoes parts of them.
void options(cli::Options& options, oci::Config& config);

/// Its --security-opt.
void security_options(cli::Options& options, oci::Config& config);

/// For `exec`: --privileged, as docker has it; --cap, --no-new-privs, --apparmor and --process-label, as
/// runc has them.
void exec_options(cli::Options& options, oci::Process& process);

/// For `spec`: the default capabilities, no_new_privs and a limit on open files, on top of lesson 07's
/// part.
void complete_bundle(oci::Config& config, bool rootless);

}  // namespace lockstep::caps
