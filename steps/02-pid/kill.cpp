// `kill` and `delete`.
#include <csignal>

#include "02-pid/commands.hpp"
#include "common/os/processes.hpp"
#include "common/os/words.hpp"

namespace lockstep::pid {
namespace {

void kill_all(const Record& record, int signal) {
  for (const pid_t pid : processes_of(record)) {
    const auto process = sys::open_pid(pid);
    // Looked at again after the pidfd was opened: that very process must be one of the container's.
    if (process && is_in(record, pid))
      sys::send_signal(*process, pid, signal, "every process in the container's PID namespace");
  }
}

int kill(const std::string& id, int signal, bool all, const UndoTable& undo) {
  const Record record = find(id);
  const auto process = locate(record);
  if (!process) {
    // containerd looks for runc's words: to it such a kill is one that came too late.
    throw Error(fmt::format("container {} is {}: container not running", quoted(id),
                            words(status_now(record))));
  }
  if (all) {
    kill_all(record, signal);
  } else {
    sys::send_signal(*process, record.pid, signal,
                     "to the container's first process, and to no other");
  }
  if (signal == SIGKILL) do_all(record, undo, &Undoing::let_die);
  return 0;
}

}  // namespace

int signal_of(const std::string& name) {
  if (const auto number = words::signal_number(name)) return *number;
  throw cli::UsageError(fmt::format("{} is no signal", quoted(name)),
                        "a name (TERM, SIGTERM, RTMIN+3) or a number from 1 to 64");
}

bool delete_container(const std::string& id, bool force, const UndoTable& undo) {
  auto found = State::open_if_there(id);
  if (!found && !force) throw missing(id);
  if (!found) {  // as runc: no error, what isn't there needs no force
    remove_leftovers(id, undo);
    return false;
  }
  State& state = *found;
  const Status status = status_now(state.record);
  const bool lives = status == Status::kRunning || status == Status::kPaused;
  if (!force && (status == Status::kCreating || lives)) {
    const std::string hint =
        status == Status::kCreating  // and nobody else holds the lock
            ? fmt::format("its runtime was killed meanwhile: `delete --force {}` clears it", id)
            : fmt::format("`kill {0} KILL` first, or `delete --force {0}`", id);
    throw Error(fmt::format("container {} is {}", quoted(id), words(status)), hint);
  }
  kill_and_wait(state.record, undo);
  remove(state, undo);
  return true;
}

cli::Command kill_command(UndoTable undo) {
  auto all = std::make_shared<bool>(false);
  cli::Command command;
  command.name = "kill";
  command.usage = "[OPTIONS] ID [SIGNAL]";
  command.summary = "send a signal (default: TERM) to a container's first process";
  command.options = [all](cli::Options& options) {
    options.flag("a,all", "to all its processes", [all] { *all = true; });
  };
  command.run = [all, undo = std::move(undo)](const std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments.size() > 2) {
      throw cli::UsageError("kill: a container's ID is needed, and a signal may follow");
    }
    return kill(arguments[0], arguments.size() == 2 ? signal_of(arguments[1]) : SIGTERM, *all,
                undo);
  };
  return command;
}

cli::Command delete_command(UndoTable undo) {
  auto force = std::make_shared<bool>(false);
  cli::Command command;
  command.name = "delete";
  command.usage = "[OPTIONS] ID…";
  command.summary = "forget a stopped container and clear away what it left";
  command.options = [force](cli::Options& options) {
    options.flag("f,force", "kill it if it runs; clear what a killed runtime left",
                 [force] { *force = true; });
  };
  command.run = [force, undo = std::move(undo)](const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw cli::UsageError("delete: a container's ID is needed");
    for (const std::string& id : arguments) delete_container(id, *force, undo);
    return 0;
  };
  return command;
}

}  // namespace lockstep::pid
