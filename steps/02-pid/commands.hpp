#pragma once

#include <vector>

#include "02-pid/pid.hpp"
#include "02-pid/undo.hpp"
#include "common/cli/program.hpp"
#include "common/story/run_command.hpp"

/// Lesson 02's commands. Each step's main.cpp hands them its own story, and what its lessons add.
namespace lockstep::pid {

using ProcessOptions = cli::OptionGroup<oci::Process>;

/// What `run` is told beside the container's config.
struct RunSettings {
  oci::Config config;
  std::string id;
  std::string pid_file;
};
/// --id, --detach, --pid-file, --init.
void run_options(cli::Options& options, RunSettings& settings);
/// Those of them that `create` has, too: --pid-file, --init.
void create_options(cli::Options& options, RunSettings& settings);
/// --pid-file, of whatever starts a process.
void pid_file_option(cli::Options& options, std::string& file);

/// `run [--id ID] [--detach] [--pid-file FILE] [--init] … COMMAND [ARG…]`
cli::Command run_command(StoryMaker make, UndoTable undo, const Attend& attend,
                         std::vector<ConfigOptions> groups);
/// `exec [--env NAME=VALUE] [--cwd DIR] [--detach] [--pid-file FILE] … ID COMMAND [ARG…]`
cli::Command exec_command(StoryMaker make, const Attend& attend,
                          std::vector<ProcessOptions> groups);
/// `list [-q] [-f table|json]`
cli::Command list_command();
/// `ps [-f table|json] ID [PS-OPTION…]`
cli::Command ps_command();
/// `kill [--all] ID [SIGNAL]`
cli::Command kill_command(UndoTable undo);
/// `delete [--force] ID…`
cli::Command delete_command(UndoTable undo);

/// Those four, in this order.
void add_commands(cli::Program& step, const UndoTable& undo);

/// Forgets a container that has ended (or, by force, one that hasn't), with all that it left. One
/// that was created and not started goes, too: as runc has it.
/// Throws Error if it runs, or isn't there; by force, what isn't there is no error. Returns whether
/// there was one.
bool delete_container(const std::string& id, bool force, const UndoTable& undo);
/// Clears away a container that failed on its way. Its own error is what the user must read: what
/// goes wrong here is only added.
void clear_after_failure(State& state, const UndoTable& undo);
/// The ID of a container that was left running, on standard output. If it can't be written the
/// container is ended: whoever started one that nobody can name had better not have it.
void print_id(State& state, const UndoTable& undo);

/// The number of a signal that the command line names. Throws cli::UsageError.
int signal_of(const std::string& name);

/// `--env NAME=VALUE` (or NAME: the caller's value), replacing what `env` holds under that name.
void set_variable(std::vector<std::string>& env, const std::string& text);

/// The PIDs, on the host, of all processes in the container's PID namespace and those nested in it.
std::vector<pid_t> processes_of(const Record& record);
/// Whether the process `pid` is one of them.
bool is_in(const Record& record, pid_t pid);
/// A process's command line, as a terminal may show it; "[NAME]" for one without.
std::string command_line(pid_t pid);

}  // namespace lockstep::pid
