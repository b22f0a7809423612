// `pause` and `resume`: a container that stands still.
#include "07-cgroup/commands.hpp"
#include "07-cgroup/freezer.hpp"
#include "07-cgroup/site.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::cgroup {
namespace {

const std::string& only_id(const std::string& command, const std::vector<std::string>& arguments) {
  if (arguments.size() == 1) return arguments[0];
  throw cli::UsageError(command + ": one container's ID is needed");
}

Error not_so(const pid::Record& record, const char* wanted) {
  return Error(fmt::format("container {} is {}, not {}", quoted(record.id),
                           words(pid::status_now(record)), wanted));
}

void pause(pid::State& state) {
  pid::Record& record = state.record;
  if (pid::status_now(record) != pid::Status::kRunning) throw not_so(record, "running");
  const Folders folders = noted_folders(record.notes);
  freeze(folders);
  record.status = pid::Status::kPaused;
  try {
    state.save();
  } catch (...) {  // a container that nobody knows to be paused
    thaw(folders);
    throw;
  }
}

/// Also of one that a killed `pause` has left frozen without writing so.
void resume(pid::State& state) {
  pid::Record& record = state.record;
  const Folders folders = noted_folders(record.notes);
  const pid::Status status = pid::status_now(record);
  const bool frozen =
      status == pid::Status::kPaused || (status == pid::Status::kRunning && is_frozen(folders));
  if (!frozen) throw not_so(record, "paused");
  thaw(folders);
  record.status = pid::Status::kRunning;
  state.save();
}

cli::Command command_of(const char* name, const char* summary, void (*act)(pid::State&)) {
  cli::Command command;
  command.name = name;
  command.usage = "ID";
  command.summary = summary;
  command.run = [name, act](const std::vector<std::string>& arguments) {
    pid::State state = pid::State::open(only_id(name, arguments));
    act(state);
    return 0;
  };
  return command;
}

}  // namespace

cli::Command pause_command() {
  return command_of("pause", "stop all processes of a container, until `resume`", pause);
}

cli::Command resume_command() {
  return command_of("resume", "let a paused container go on", resume);
}

int while_frozen(const pid::Record& record, const std::function<int()>& body) {
  const Folders folders = noted_folders(record.notes);
  if (!has_freezer(folders)) {
    narrate::say(
        fmt::format("(container {} runs on while it is read: it has no cgroup of its own "
                    "that could be frozen)",
                    quoted(record.id)));
    return body();
  }
  if (is_frozen(folders)) return body();
  freeze(folders);
  try {
    const int result = body();
    thaw(folders);
    return result;
  } catch (...) {
    thaw(folders);
    throw;
  }
}

void add_commands(cli::Program& step) {
  step.add(pause_command());
  step.add(resume_command());
  step.add(update_command());
  step.add(stats_command());
  step.add(events_command());
  step.add(top_command());
}

}  // namespace lockstep::cgroup
