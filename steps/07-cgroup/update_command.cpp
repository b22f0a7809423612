// `update`: other limits for a container that runs.
#include <fcntl.h>
#include <unistd.h>

#include "07-cgroup/commands.hpp"
#include "07-cgroup/controllers/controllers.hpp"
#include "07-cgroup/delegation.hpp"
#include "07-cgroup/limit_hints.hpp"
#include "07-cgroup/option_values.hpp"
#include "07-cgroup/options.hpp"
#include "07-cgroup/site.hpp"
#include "common/oci/config_json.hpp"
#include "common/os/files.hpp"

namespace lockstep::cgroup {
namespace {

/// `linux.resources` from a file, or from standard input ("-"), as runc takes them.
oci::Resources read_resources(const std::string& path) {
  const Fd file = path == "-" ? Fd(::dup(STDIN_FILENO)) : sys::open(path, O_RDONLY);
  const std::string name = path == "-" ? "standard input" : path;
  auto resources = oci::read_resources(read_all(file, name), name);
  if (!resources.devices.empty())
    throw Error(
        fmt::format("{}: devices: the rules of a container that runs can't be changed", name),
        "remove it");
  return resources;
}

/// What runc has beyond docker's names.
void runc_options(cli::Options& options, oci::CpuLimits& cpu) {
  options.value(
      "cpu-share", "WEIGHT", "the same as --cpu-shares, under runc's name",
      [&](const std::string& text) { cpu.shares = number("--cpu-share", text, 2, 262'144); });
  options.value("cpu-rt-period", "MICROSECONDS", "in each such period … (cgroup v1)",
                [&](const std::string& text) {
                  cpu.realtime_period = number("--cpu-rt-period", text, 1, INT32_MAX);
                });
  options.value("cpu-rt-runtime", "MICROSECONDS", "… its real-time threads may compute so long",
                [&](const std::string& text) {
                  cpu.realtime_runtime = number("--cpu-rt-runtime", text, 0, INT32_MAX);
                });
  for (const char* name : {"l3-cache-schema", "mem-bw-schema"})
    options.value(name, "SCHEMA", "as runc has it: not supported", [](const std::string&) {
      throw cli::UsageError("the shares of a container that runs can't be changed",
                            "linux.intelRdt in its config.json sets them when it is made");
    });
}

void update(const std::string& id, const oci::Resources& changes) {
  pid::State state = pid::State::open(id);
  pid::Record& record = state.record;
  if (!pid::locate(record))
    throw Error(fmt::format("container {} is {}: there is nothing to be limited", quoted(id),
                            words(pid::status_now(record))));
  oci::Config config = *record.config;
  oci::Resources all = merged(config.linux.resources, changes);
  oci::Resources asked = changes;
  if (asked.memory.swap) asked.memory.limit = all.memory.limit;  // it is a limit of both together
  Folders folders = noted_folders(record.notes);
  if (folders.empty())
    throw Error(
        fmt::format("container {} has no cgroup of its own that could be limited", quoted(id)),
        kNoCgroupHint);
  if (const auto site = noted_v2_site(record.notes)) hand_controllers_down(*site, asked, folders);
  set_limits(asked, folders);
  config.linux.resources = std::move(all);
  record.config = pid::StoredConfig(std::move(config));
  state.save();
}

}  // namespace

cli::Command update_command() {
  auto changes = std::make_shared<oci::Resources>();
  cli::Command command;
  command.name = "update";
  command.usage = "[OPTIONS] ID";
  command.summary = "give a container that runs other limits";
  command.options = [changes](cli::Options& options) {
    options.allow_anywhere();
    limit_options(options, *changes, true);
    runc_options(options, changes->cpu);
    options.value("r,resources", "FILE|-",
                  "all of them as JSON: the linux.resources of a config.json",
                  [changes](const std::string& path) { *changes = read_resources(path); });
  };
  command.run = [changes](const std::vector<std::string>& arguments) {
    if (arguments.size() != 1) throw cli::UsageError("update: one container's ID is needed");
    update(arguments[0], *changes);
    return 0;
  };
  return command;
}

}  // namespace lockstep::cgroup
