// `diff`: the changes as lines, or as JSON.

#include "02-pid/format.hpp"
#include "04-overlay/changes_commands.hpp"
#include "04-overlay/diff.hpp"
#include "common/os/error.hpp"
#include "common/os/json_text.hpp"

namespace lockstep::overlay {
namespace {

/// As it is, or quoted where a terminal or a reader of lines would be misled.
std::string shown(const std::string& path) {
  std::string safe = quoted(path);
  return safe.size() == path.size() + 2 ? path : safe;
}

void print_changes(const Changes& changes, bool json) {
  bool first = true;
  if (json) print("[");
  report_changes(changes, [&](char kind, const std::string& path) {
    if (json) {
      print(fmt::format(R"({}{{"change":"{}","path":{}}})", first ? "" : ",", kind,
                        json_quoted(path)));
    } else {
      print(fmt::format("{} {}\n", kind, shown(path)));
    }
    first = false;
  });
  if (json) print("]\n");
}

int diff(const std::string& id, bool json) {
  const pid::Record record = pid::find(id);
  return with_changes(record, [&](const Changes& changes) {
    print_changes(changes, json);
    return 0;
  });
}

}  // namespace

cli::Command diff_command() {
  const auto json = std::make_shared<bool>(false);
  cli::Command command;
  command.name = "diff";
  command.usage = "[OPTIONS] ID";
  command.summary = "show what a container has added (A), changed (C) and deleted (D) in its image";
  command.options = [json](cli::Options& options) {
    options.allow_anywhere();
    cli::format_option(options, *json);
  };
  command.run = [json](const std::vector<std::string>& arguments) {
    if (arguments.size() != 1) throw cli::UsageError("diff: one container's ID is needed");
    return diff(arguments[0], *json);
  };
  return command;
}

}  // namespace lockstep::overlay
