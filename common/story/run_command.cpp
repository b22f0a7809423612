#include "common/story/run_command.hpp"

#include "common/os/processes.hpp"

namespace lockstep {

void inherit_from_caller(oci::Process& process) { process.env = sys::callers_environment(); }

cli::Command run_command(StoryMaker make, std::vector<ConfigOptions> groups) {
  auto config = std::make_shared<oci::Config>();
  cli::Command command;
  command.name = "run";
  command.usage = "[OPTIONS] COMMAND [ARG…]";
  command.summary = "run a command in a new container";
  command.exit_codes_of_run = true;
  command.options = [config, groups = std::move(groups)](cli::Options& options) {
    for (const ConfigOptions group : groups) group(options, *config);
  };
  command.run = [config, make](const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw cli::UsageError("run: a command is missing");
    config->process.args = arguments;
    inherit_from_caller(config->process);
    NothingToUndo undo;
    const auto story = make(*config);
    return launch(*story, config->process, undo).child.wait().shell_code();
  };
  return command;
}

}  // namespace lockstep
