#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "02-pid/commands.hpp"
#include "04-overlay/bundle.hpp"
#include "common/cli/program.hpp"

/// Lesson 04's commands for the life of a container.
namespace lockstep::lifecycle {

/// `run [OPTIONS] IMAGE|--rootfs DIR [COMMAND…]`, `run [OPTIONS] --bundle DIR ID`
cli::Command run_command(StoryMaker make, pid::UndoTable undo, const pid::Attend& attend,
                         std::vector<ConfigOptions> groups);
/// `create [OPTIONS] ID [COMMAND…]`
cli::Command create_command(StoryMaker make, pid::UndoTable undo, const pid::Attend& attend,
                            std::vector<ConfigOptions> groups);
/// `start ID`
cli::Command start_command(StoryMaker make, pid::UndoTable undo);
/// `state ID`
cli::Command state_command();
/// `spec [--bundle DIR]`
cli::Command spec_command(bundle::Complete complete);
/// `stop [--time SECONDS] ID…`
cli::Command stop_command(pid::UndoTable undo);
/// `rm [--force] ID…`
cli::Command rm_command(pid::UndoTable undo);

/// All of them. `complete`: what a later lesson adds to the config.json that `spec` writes.
void add_commands(cli::Program& step, StoryMaker make, const pid::UndoTable& undo,
                  const pid::Attend& attend, const std::vector<ConfigOptions>& groups,
                  bundle::Complete complete = nullptr);

/// Calls `body` for all of them, whatever becomes of one; prints those IDs for which it returns true.
/// The last error is thrown, the others are said.
int for_each_id(const std::string& command, const std::vector<std::string>& ids,
                const std::function<bool(const std::string&)>& body);

/// What `run` and `create` are told.
struct Settings : pid::RunSettings {
  std::optional<bundle::Bundle> bundle;
  std::string config_file = "config.json";  // of the bundle
  bool remove = false;                      // --rm
  bool keep = false;                        // --keep
};

/// --bundle. What else is given beside it must be about the runtime, not about the container: all
/// other options are refused.
void bundle_option(cli::Options& options, Settings& settings);
/// Reads the bundle; its config takes the place of what the options make.
void use_bundle(Settings& settings, const std::string& folder);
/// The config that the container gets: the bundle's, or that of the options. `command` takes the
/// place of the bundle's own, unless it is empty.
/// Throws UsageError if there is no command.
oci::Config final_config(const Settings& settings, const std::vector<std::string>& command);
/// The bundle's folder, or what serves as one: the container's state folder.
std::string bundle_folder(const Settings& settings);

}  // namespace lockstep::lifecycle
