#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "02-pid/commands.hpp"
#include "02-pid/exec.hpp"

namespace lockstep::pid {
namespace {

struct Settings {
  oci::Process process;
  std::vector<std::string> variables;
  std::string pid_file;
};

void own_options(cli::Options& options, Settings& settings) {
  options.value("e,env", "NAME=VALUE", "a variable for it (NAME alone: the caller's value)",
                [&](const std::string& text) { settings.variables.push_back(text); });
  for (const char* name : {"cwd", "w,workdir"}) {  // runc's name for it, and docker's
    options.value(name, "DIR", "its working directory", [&](const std::string& path) {
      if (path.empty() || path[0] != '/')
        throw cli::UsageError(fmt::format("expected an absolute path, got {}", quoted(path)));
      settings.process.cwd = path;
    });
  }
  options.flag("d,detach", "leave it running (output goes on to files, not to terminals or pipes)",
               [&] { settings.process.detached = true; });
  pid_file_option(options, settings.pid_file);
}

/// What the container's own process was given, with this command line's changes.
void complete(oci::Process& process, const Settings& settings,
              const oci::Process& of_the_container) {
  if (process.is_complete) {
    process.parent_death_signal = death_signal_for(process);
    return;
  }
  process.env = of_the_container.env;
  for (const std::string& text : settings.variables) set_variable(process.env, text);
  if (process.cwd.empty()) process.cwd = of_the_container.cwd;
  const oci::User asked = process.user;  // from lesson 06 on: --user, --additional-gids
  process.user = of_the_container.user;
  process.user.words = asked.words;
  auto& groups = process.user.additional_gids;
  groups.insert(groups.end(), asked.additional_gids.begin(), asked.additional_gids.end());
  oci::add_privileges(process, of_the_container);  // from lesson 08 on there are any
  process.parent_death_signal = death_signal_for(process);
}

void check_arguments(const std::vector<std::string>& arguments, const oci::Process& process) {
  if (process.is_complete && arguments.size() == 1) return;
  if (process.is_complete && arguments.size() > 1)
    throw cli::UsageError("exec: a command, and --process, which has one");
  if (arguments.size() < 2)
    throw cli::UsageError("exec: a container's ID and a command are needed");
}

}  // namespace

void set_variable(std::vector<std::string>& env, const std::string& text) {
  const size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  if (name.empty())
    throw cli::UsageError(fmt::format("--env: expected NAME=VALUE, got {}", quoted(text)));
  const std::string prefix = name + "=";
  const char* callers = equals == std::string::npos ? std::getenv(name.c_str()) : nullptr;
  env.erase(
      std::remove_if(env.begin(), env.end(),
                     [&](const std::string& variable) { return variable.rfind(prefix, 0) == 0; }),
      env.end());
  if (equals != std::string::npos) {
    env.push_back(text);
  } else if (callers != nullptr) {
    env.push_back(prefix + callers);
  }
}

cli::Command exec_command(StoryMaker make, const Attend& attend,
                          std::vector<ProcessOptions> groups) {
  auto settings = std::make_shared<Settings>();
  cli::Command command;
  command.name = "exec";
  command.usage = "[OPTIONS] ID COMMAND [ARG…]";
  command.summary = "run another command in a container";
  command.exit_codes_of_run = true;
  command.options = [settings, groups = std::move(groups)](cli::Options& options) {
    own_options(options, *settings);
    for (const ProcessOptions group : groups) group(options, settings->process);
  };
  command.run = [=](const std::vector<std::string>& arguments) {
    check_arguments(arguments, settings->process);
    const Record record = find_complete(arguments[0]);
    oci::Process process = settings->process;
    if (!process.is_complete) process.args.assign(arguments.begin() + 1, arguments.end());
    complete(process, *settings, record.config->process);
    const auto story = make(*record.config);
    const auto end = exec(*story, record, process, settings->pid_file, attend);
    return end ? end->shell_code() : 0;
  };
  return command;
}

}  // namespace lockstep::pid
