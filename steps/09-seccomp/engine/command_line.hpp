#pragma once

#include "02-pid/pid.hpp"
#include "common/cli/program.hpp"

/// Lesson 09: the command line by which engines know a runtime: runc's, and crun's where that has more.
namespace lockstep::engine {

/// To all commands: --log, --log-format, --debug, --systemd-cgroup, --cgroup-manager, --rootless, --criu.
/// And the commands that only engines need: features, checkpoint, restore. Started as `lockstep`, the
/// program calls itself so.
void add_commands(cli::Program& step);

/// Whether the command line says --cgroup-manager disabled.
bool is_to_have_no_cgroup();

/// For `run` and `create`: --console-socket, --preserve-fds, --no-subreaper; LISTEN_FDS, NOTIFY_SOCKET.
void options(cli::Options& options, oci::Config& config);
/// For `exec`: --process, --console-socket, --preserve-fds, --additional-gids, --ignore-paused, --cgroup.
void exec_options(cli::Options& options, oci::Process& process);

/// `attend`, but of a process with a --console-socket, which gets its terminal; and what the container
/// says to the caller's NOTIFY_SOCKET is handed on (notify_socket.hpp).
pid::Attend attending(pid::Attend attend);

}  // namespace lockstep::engine
