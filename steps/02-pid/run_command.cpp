#include <cstdio>

#include "02-pid/commands.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::pid {

void run_options(cli::Options& options, RunSettings& settings) {
  options.value("id", "ID", "its name (default: a random one)", [&](const std::string& id) {
    check_id(id);
    settings.id = id;
  });
  options.flag("d,detach", "leave it running (output goes on to files, not to terminals or pipes)",
               [&] { settings.config.process.detached = true; });
  create_options(options, settings);
}

void pid_file_option(cli::Options& options, std::string& file) {
  options.value("pid-file", "FILE", "write its PID there, as the host numbers it",
                [&file](const std::string& path) {
                  if (path.empty() || path.back() == '/')
                    throw cli::UsageError("--pid-file: expected a file's name");
                  file = sys::absolute(path);
                });
}

void create_options(cli::Options& options, RunSettings& settings) {
  pid_file_option(options, settings.pid_file);
  options.flag("init", "a small PID 1 that passes signals on and reaps orphans",
               [&] { settings.config.annotations[oci::kInitAnnotation] = "true"; });
}

void clear_after_failure(State& state, const UndoTable& undo) {
  try {
    remove(state, undo);
  } catch (const std::exception& second) {
    narrate::say(fmt::format("(and clearing it away failed, `delete --force {}` may: {})",
                             state.record.id, second.what()));
  }
}

void print_id(State& state, const UndoTable& undo) {
  if (std::printf("%s\n", state.record.id.c_str()) >= 0 && std::fflush(stdout) == 0) return;
  const int code = errno;
  if (state.lock_again()) {
    kill_and_wait(state.record, undo);
    clear_after_failure(state, undo);
  }
  throw SysError(code, "write(standard output) of the container's ID");
}

namespace {

int run_container(RunSettings& settings, StoryMaker make, const UndoTable& undo,
                  const Attend& attend) {
  State state = State::make(settings.id, settings.config);
  std::optional<ExitStatus> end;
  try {
    const auto story = make(*state.record.config);
    end = run(*story, state, settings.pid_file, attend);
  } catch (...) {
    clear_after_failure(state, undo);
    throw;
  }
  if (!end) {
    print_id(state, undo);
    return 0;
  }
  if (state.lock_again())
    remove(state, undo);  // not there: somebody's `delete --force` was quicker
  return end->shell_code();
}

}  // namespace

cli::Command run_command(StoryMaker make, UndoTable undo, const Attend& attend,
                         std::vector<ConfigOptions> groups) {
  auto settings = std::make_shared<RunSettings>();
  inherit_from_caller(settings->config.process);
  cli::Command command;
  command.name = "run";
  command.usage = "[OPTIONS] COMMAND [ARG…]";
  command.summary = "run a command in a new container";
  command.exit_codes_of_run = true;
  command.options = [settings, groups = std::move(groups)](cli::Options& options) {
    run_options(options, *settings);
    options.words([settings](cli::Options::Words&) {  // first: later lessons name things after it
      if (settings->id.empty()) settings->id = random_id();
      settings->config.id = settings->id;
    });
    for (const ConfigOptions group : groups) group(options, settings->config);
  };
  command.run = [=, undo = std::move(undo)](const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw cli::UsageError("run: a command is missing");
    oci::Process& process = settings->config.process;
    process.args = arguments;
    process.parent_death_signal = death_signal_for(process);
    return run_container(*settings, make, undo, attend);
  };
  return command;
}

}  // namespace lockstep::pid
