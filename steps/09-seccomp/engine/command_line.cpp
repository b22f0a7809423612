#include "09-seccomp/engine/command_line.hpp"

#include <seccomp.h>

#include <algorithm>
#include <array>

#include "09-seccomp/engine/features.hpp"
#include "09-seccomp/engine/log.hpp"
#include "common/os/error.hpp"

namespace lockstep::engine {
namespace {

[[noreturn]] void refuse_systemd() {
  throw Error("systemd's cgroup driver is not supported yet",
              "have the engine make cgroups itself: cgroup_manager = \"cgroupfs\" (Podman), "
              "native.cgroupdriver=cgroupfs (Docker), SystemdCgroup = false (containerd)");
}

bool without_cgroup = false;  // --cgroup-manager disabled, of this process's one command

void take_manager(const std::string& name) {
  if (name == "systemd") refuse_systemd();
  without_cgroup = name == "disabled";
  if (name != "cgroupfs" && name != "disabled")
    throw cli::UsageError(fmt::format("expected cgroupfs or disabled, got {}", quoted(name)));
}

void check_rootless(const std::string& word) {
  constexpr std::array kWords = {"true", "false", "auto"};
  if (std::find(kWords.begin(), kWords.end(), word) == kWords.end())
    throw cli::UsageError(fmt::format("expected true, false or auto, got {}", quoted(word)));
}

void global_options(cli::Options& options) {
  log_options(options);
  options.boolean("systemd-cgroup", "systemd makes the cgroup: not supported yet", [](bool wanted) {
    if (wanted) refuse_systemd();
  });
  options.value("cgroup-manager", "cgroupfs|disabled",
                "who makes its cgroup: cgroupfs (default), or nobody", take_manager);
  if (!options.has("rootless"))  // spec's own means something else
    options.value("rootless", "true|false|auto",
                  "accepted for runc's sake: what can't be had is said in any case",
                  check_rootless);
  options.value("criu", "PROGRAM", "accepted for runc's sake: nothing calls it yet",
                [](const std::string&) {});
}

/// The command, which takes runc's options: an engine must not take one of them for the reason.
cli::Command not_yet(const char* name, const char* summary, std::vector<const char*> flags,
                     std::vector<const char*> values) {
  cli::Command command;
  command.name = name;
  command.usage = "[OPTIONS] ID";
  command.summary = summary;
  command.hidden = true;
  command.options = [flags = std::move(flags), values = std::move(values)](cli::Options& options) {
    for (const char* flag : flags) options.flag(flag, "as runc has it", [] {});
    for (const char* value : values)
      options.value(value, "VALUE", "as runc has it", [](const std::string&) {});
  };
  command.run = [name = std::string(name)](const std::vector<std::string>&) -> int {
    throw Error(name + ": not supported yet: it takes CRIU, which nothing here calls");
  };
  return command;
}

std::string version() {
  const scmp_version* const library = ::seccomp_version();
  return fmt::format("spec: {}\nlibseccomp: {}.{}.{}\n", oci::Config{}.oci_version, library->major,
                     library->minor, library->micro);
}

}  // namespace

bool is_to_have_no_cgroup() { return without_cgroup; }

void add_commands(cli::Program& step) {
  step.share_also(global_options);
  add_log(step);
  step.also_called("lockstep", version);
  step.add(features_command());
  const std::vector<const char*> flags = {
      "tcp-established", "ext-unix-sk", "shell-job", "file-locks",   "lazy-pages", "auto-dedup",
      "leave-running",   "pre-dump",    "detach",    "no-subreaper", "no-pivot"};
  const std::vector<const char*> values = {
      "image-path",     "work-path", "parent-path", "bundle",
      "console-socket", "pid-file",  "empty-ns",    "manage-cgroups-mode",
      "lsm-profile",    "status-fd", "page-server", "lsm-mount-context"};
  step.add(not_yet("checkpoint", "write a container to the disk: not yet", flags, values));
  step.add(not_yet("restore", "let it go on from there: not yet", flags, values));
}

}  // namespace lockstep::engine
