// `create`, and the bundle that it shares with `run`.
#include <algorithm>
#include <array>

#include "04-overlay/commands.hpp"
#include "04-overlay/lifecycle.hpp"

namespace lockstep::lifecycle {
namespace {

/// What may stand beside --bundle: it is about the runtime, or about this one run.
bool goes_with_bundle(const std::string& option) {
  constexpr std::array kOptions = {"bundle",         "detach",   "pid-file",       "rm",
                                   "keep",           "no-pivot", "no-new-keyring", "detach-keys",
                                   "interactive",    "root",     "help",           "explain",
                                   "step",           "log",      "log-format",     "debug",
                                   "rootless",       "criu",     "systemd-cgroup", "no-subreaper",
                                   "cgroup-manager", "config",   "console-socket", "preserve-fds"};
  return std::find(kOptions.begin(), kOptions.end(), option) != kOptions.end();
}

void check_beside_bundle(const cli::Options::Words& given) {
  for (const std::string& option : given) {
    if (goes_with_bundle(option)) continue;
    const bool name = option == "id" || option == "name";
    throw cli::UsageError(
        fmt::format("--{}: {}", option,
                    name ? "with a bundle, the ID is the first argument behind the options"
                         : "the bundle's config.json decides that"),
        name ? "" : "set it there, or make the container with --rootfs in place of a bundle");
  }
}

bool given(const cli::Options& options, const char* name) {
  const auto& all = options.given();
  return std::find(all.begin(), all.end(), name) != all.end();
}

void own_options(cli::Options& options, Settings& settings) {
  settings.config.process.detached = true;  // no terminal for it, then, unless it is asked for
  pid::create_options(options, settings);
  bundle_option(options, settings);
  options.words([&](cli::Options::Words& words) {
    if (words.empty()) throw cli::UsageError("create: the container's ID is needed");
    pid::check_id(words[0]);
    settings.id = settings.config.id = words[0];
    words.erase(words.begin());
    if (!settings.bundle && !given(options, "rootfs")) use_bundle(settings, ".");
  });
}

int create_container(const Settings& settings, oci::Config config, StoryMaker make,
                     const pid::UndoTable& undo, const pid::Attend& attend) {
  pid::State state = pid::State::make(settings.id, std::move(config), bundle_folder(settings));
  try {
    create(make, state, settings.pid_file, attend);
  } catch (...) {
    pid::clear_after_failure(state, undo);
    throw;
  }
  return 0;
}

}  // namespace

void use_bundle(Settings& settings, const std::string& folder) {
  settings.bundle = bundle::open(folder, settings.config_file);
  // The options' config isn't used then; but there is a rootfs, so no lesson asks for one.
  settings.config.root.path = settings.bundle->config.root.path;
}

namespace {

/// Only when all options are known: --config may stand behind it. The error is that of the option.
void use_given_bundle(Settings& settings, const std::string& folder) {
  try {
    use_bundle(settings, folder);
  } catch (const Error& error) {
    throw cli::UsageError(std::string("--bundle: ") + error.what(), error.hint());
  }
}

}  // namespace

void bundle_option(cli::Options& options, Settings& settings) {
  const auto given = std::make_shared<std::optional<std::string>>();
  options.value("b,bundle", "DIR", "make it of this folder's config.json, as the OCI has it",
                [given](const std::string& folder) { *given = folder; });
  options.value("f,config", "FILE", "of this file in place of the bundle's config.json",
                [given, &settings](const std::string& file) {
                  if (file.empty()) throw cli::UsageError("expected a file's name");
                  settings.config_file = file;
                  if (!*given) *given = ".";
                });
  options.words([given, &settings](cli::Options::Words&) {
    if (*given) use_given_bundle(settings, **given);
  });
  options.check([&] {
    if (!settings.bundle) return;
    check_beside_bundle(options.given());
    options.no_more_checks();
  });
}

oci::Config final_config(const Settings& settings, const std::vector<std::string>& command) {
  oci::Config config = settings.config;
  if (settings.bundle) {
    config = settings.bundle->config;
    const oci::Process& asked = settings.config.process;
    config.process.detached = asked.detached;
    config.process.detach_keys = asked.detach_keys;
    config.process.console_socket = asked.console_socket;
    config.process.preserved_descriptors = asked.preserved_descriptors;
    for (const char* flag : {oci::kNoPivotAnnotation, oci::kNoNewKeyringAnnotation}) {
      if (oci::annotated(settings.config, flag)) config.annotations[flag] = "true";
    }
  }
  config.without_cgroup = settings.config.without_cgroup;
  for (const std::string& variable : settings.config.process.told)
    pid::set_variable(config.process.env, variable);
  if (!command.empty()) config.process.args = command;
  if (config.process.args.empty()) throw cli::UsageError("a command is missing");
  return config;
}

std::string bundle_folder(const Settings& settings) {
  return settings.bundle ? settings.bundle->folder : pid::state_folder(settings.id);
}

cli::Command create_command(StoryMaker make, pid::UndoTable undo, const pid::Attend& attend,
                            std::vector<ConfigOptions> groups) {
  auto settings = std::make_shared<Settings>();
  cli::Command command;
  command.name = "create";
  command.usage = "[OPTIONS] ID [COMMAND [ARG…]]";
  command.summary = "make a container of a bundle (default: the working directory), for `start`";
  command.options = [settings, groups = std::move(groups)](cli::Options& options) {
    own_options(options, *settings);
    for (const ConfigOptions group : groups) group(options, settings->config);
  };
  command.run = [=, undo = std::move(undo)](const std::vector<std::string>& arguments) {
    oci::Config config = final_config(*settings, arguments);
    config.process.detached = false;  // it keeps what its creator gives it as standard output
    return create_container(*settings, std::move(config), make, undo, attend);
  };
  return command;
}

}  // namespace lockstep::lifecycle
