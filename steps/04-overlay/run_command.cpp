// `run`, of an image, a rootfs or a bundle.
#include <algorithm>
#include <array>

#include "03-mount/keeper.hpp"
#include "04-overlay/commands.hpp"
#include "04-overlay/lifecycle.hpp"
#include "04-overlay/sandbox.hpp"

namespace lockstep::lifecycle {
namespace {

/// With a bundle the ID is all that there is to say.
void take_id(cli::Options::Words& words, Settings& settings) {
  if (words.size() != 1) {
    throw cli::UsageError("run --bundle: one argument is needed, the container's ID",
                          "its command is process.args in the bundle's config.json");
  }
  pid::check_id(words[0]);
  settings.id = words[0];
  words.clear();
}

void own_options(cli::Options& options, Settings& settings) {
  pid::run_options(options, settings);
  options.value("name", "ID", "the same as --id, for docker's sake", [&](const std::string& id) {
    pid::check_id(id);
    settings.id = id;
  });
  options.flag("rm", "delete it when it has ended", [&] { settings.remove = true; });
  options.flag("keep", "don't, though it is of a bundle", [&] { settings.keep = true; });
  bundle_option(options, settings);
  options.words([&](cli::Options::Words& words) {
    if (settings.bundle) take_id(words, settings);
    if (settings.id.empty()) settings.id = pid::random_id();
    settings.config.id = settings.id;  // the sandbox of an image's container is named after it
  });
}

/// One that is left running has somebody who deletes it at its end: who holds its terminal, or else
/// a keeper for nothing but this.
pid::Attend removing_at_the_end(const pid::Attend& attend, const pid::State& state,
                                const pid::UndoTable& undo) {
  return [&](Created& container, pid::SignalQueue& signals, const oci::Process& process) {
    container.at_end = [record = state.record, undo] { remove_when_ended(record, undo); };
    if (process.detached && !process.terminal) mnt::keep(Fd(), container.child, container.at_end);
    return attend(container, signals, process);
  };
}

/// What is to be called when the program has started (09's hooks) comes first.
pid::Attend telling_start(const pid::Attend& attend, const pid::State& state,
                          const pid::UndoTable& undo) {
  return [&](Created& container, pid::SignalQueue& signals, const oci::Process& process) {
    pid::do_all(state.record, undo, &pid::Undoing::started);
    return attend(container, signals, process);
  };
}

/// A container of an image stays, for its layer may be worth a look; of others nothing is left that
/// could be.
bool stays(const oci::Config& config, const Settings& settings) {
  return settings.keep || (config.annotations.contains(oci::kImageAnnotation) && !settings.remove);
}

int run_container(const Settings& settings, oci::Config config, StoryMaker make,
                  const pid::UndoTable& undo, const pid::Attend& attend) {
  pid::State state = pid::State::make(settings.id, std::move(config), bundle_folder(settings));
  std::optional<ExitStatus> end;
  try {
    const auto story = make(*state.record.config);
    const pid::Attend told = telling_start(attend, state, undo);
    end = pid::run(*story, state, settings.pid_file,
                   settings.remove ? removing_at_the_end(told, state, undo) : told);
  } catch (...) {
    pid::clear_after_failure(state, undo);
    throw;
  }
  if (!end) {
    pid::print_id(state, undo);
    return 0;
  }
  if (!state.lock_again()) return end->shell_code();  // somebody's `delete --force` was quicker
  if (stays(*state.record.config, settings)) {
    pid::undo_all_but(state, undo,
                      overlay::kSandboxNote);  // its addresses and ports are free again
  } else {
    pid::remove(state, undo);
  }
  return end->shell_code();
}

}  // namespace

cli::Command run_command(StoryMaker make, pid::UndoTable undo, const pid::Attend& attend,
                         std::vector<ConfigOptions> groups) {
  auto settings = std::make_shared<Settings>();
  cli::Command command;
  command.name = "run";
  command.usage = "[OPTIONS] [IMAGE] [COMMAND [ARG…]]\n   or: run [OPTIONS] --bundle DIR ID";
  command.summary = "run a command in a new container";
  command.exit_codes_of_run = true;
  command.options = [settings, groups = std::move(groups)](cli::Options& options) {
    own_options(options, *settings);
    for (const ConfigOptions group : groups) group(options, settings->config);
  };
  command.run = [=, undo = std::move(undo)](const std::vector<std::string>& arguments) {
    oci::Config config = final_config(*settings, arguments);
    config.process.parent_death_signal = pid::death_signal_for(config.process);
    return run_container(*settings, std::move(config), make, undo, attend);
  };
  return command;
}

}  // namespace lockstep::lifecycle
