// `start`, `state`, `spec` and `rm`.
#include "04-overlay/commands.hpp"

#include <fcntl.h>

#include "04-overlay/lifecycle.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/os/output.hpp"

namespace lockstep::lifecycle {
namespace {

const std::string& only_id(const std::string& command, const std::vector<std::string>& arguments) {
  if (arguments.size() == 1) return arguments[0];
  throw cli::UsageError(command + ": one container's ID is needed");
}

}  // namespace

int for_each_id(const std::string& command, const std::vector<std::string>& ids,
                const std::function<bool(const std::string&)>& body) {
  std::optional<Error> failed;
  for (const std::string& id : ids) {
    try {
      if (body(id)) print(id + "\n");
    } catch (const Error& error) {
      if (failed) narrate::say(fmt::format("{}: {}", command, failed->what()));
      failed = error;
    }
  }
  if (failed) throw Error(*failed);
  return 0;
}

cli::Command start_command(StoryMaker make, pid::UndoTable undo) {
  cli::Command command;
  command.name = "start";
  command.usage = "ID";
  command.summary = "let a created container run its program";
  command.run = [make, undo = std::move(undo)](const std::vector<std::string>& arguments) {
    pid::State state = pid::State::open(only_id("start", arguments));
    start(make, state, undo);
    return 0;
  };
  return command;
}

cli::Command state_command() {
  cli::Command command;
  command.name = "state";
  command.usage = "ID";
  command.summary = "print a container's state, as JSON of the OCI's form";
  command.run = [](const std::vector<std::string>& arguments) {
    print(state_of(pid::find(only_id("state", arguments))));
    return 0;
  };
  return command;
}

cli::Command spec_command(bundle::Complete complete) {
  auto folder = std::make_shared<std::string>(".");
  auto rootless = std::make_shared<bool>(false);
  cli::Command command;
  command.name = "spec";
  command.usage = "[OPTIONS]";
  command.summary = "write a config.json to start from";
  command.options = [folder, rootless, complete](cli::Options& options) {
    options.value("b,bundle", "DIR", "where to (default: the working directory)",
                  [folder](const std::string& path) {
                    sys::open(path, O_PATH | O_DIRECTORY);  // throws what is wrong with it
                    *folder = path;
                  });
    if (complete == nullptr) return;  // before lesson 06 there are no users of its own
    options.boolean("rootless", "for an ordinary user's container: whoever writes it is its root",
                    [rootless](bool wanted) { *rootless = wanted; });
  };
  command.run = [folder, rootless, complete](const std::vector<std::string>& arguments) {
    if (!arguments.empty())
      throw cli::UsageError(fmt::format("spec: unexpected {}", quoted(arguments[0])));
    bundle::write_default(*folder, complete, *rootless);
    return 0;
  };
  return command;
}

cli::Command rm_command(pid::UndoTable undo) {
  auto force = std::make_shared<bool>(false);
  cli::Command command;
  command.name = "rm";
  command.usage = "[OPTIONS] ID…";
  command.summary = "delete containers, under docker's name for it: prints their IDs";
  command.options = [force](cli::Options& options) {
    options.flag("f,force", "also those that run", [force] { *force = true; });
  };
  command.run = [force, undo = std::move(undo)](const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw cli::UsageError("rm: a container's ID is needed");
    return for_each_id("rm", arguments, [&](const std::string& id) {
      return pid::delete_container(id, *force, undo);
    });
  };
  return command;
}

void add_commands(cli::Program& step, StoryMaker make, const pid::UndoTable& undo,
                  const pid::Attend& attend, const std::vector<ConfigOptions>& groups,
                  bundle::Complete complete) {
  step.add(lifecycle::run_command(make, undo, attend, groups));
  step.add(create_command(make, undo, attend, groups));
  step.add(start_command(make, undo));
  step.add(state_command());
  step.add(spec_command(complete));
  step.add(stop_command(undo));
  step.add(rm_command(undo));
}

}  // namespace lockstep::lifecycle
