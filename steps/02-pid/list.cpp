// `list`: what containers there are.
#include <algorithm>

#include "02-pid/commands.hpp"
#include "02-pid/format.hpp"
#include "common/cli/table.hpp"
#include "common/os/json_text.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::pid {
namespace {

/// "sh -c true", as a shell would show it, short enough for a table.
std::string command_of(const std::vector<std::string>& args) {
  constexpr size_t kWidth = 40;
  std::string line;
  for (const std::string& arg : args) line += (line.empty() ? "" : " ") + arg;
  line = plain(line);
  return line.size() <= kWidth ? line : line.substr(0, kWidth - 3) + "...";
}

std::string owner_of(uid_t uid) { return uid == 0 ? "root" : std::to_string(uid); }

pid_t living_pid(const Record& record) { return locate(record) ? record.pid : 0; }

std::string as_json(const Record& record) {
  return fmt::format(
      R"({{"ociVersion":{},"id":{},"pid":{},"status":{},"bundle":{},"rootfs":{},"created":{},"owner":{}}})",
      json_quoted(record.config->oci_version), json_quoted(record.id), living_pid(record),
      json_quoted(words(status_now(record))), json_quoted(record.bundle),
      json_quoted(record.config->root.path), json_quoted(record.created),
      json_quoted(owner_of(record.owner)));
}

/// A record, unless it was deleted since the folder was read. One that can't be read is told of,
/// and doesn't hide the others.
std::optional<Record> readable(const std::string& id) {
  try {
    return look_up(id);
  } catch (const Error& error) {
    narrate::say(fmt::format("list: {}", error.what()));
    return std::nullopt;
  }
}

/// With a column for their bundles where any has one: before lesson 04 none has.
std::string as_table(const std::vector<Record>& records) {
  const bool bundles = std::any_of(records.begin(), records.end(),
                                   [](const Record& record) { return !record.bundle.empty(); });
  std::vector<std::vector<std::string>> rows = {
      {"ID", "PID", "STATUS", "CREATED", "OWNER", "COMMAND"}};
  for (const Record& record : records) {
    rows.push_back({record.id, std::to_string(living_pid(record)), words(status_now(record)),
                    record.created, owner_of(record.owner),
                    command_of(record.config->process.args)});
  }
  for (size_t i = 0; bundles && i < rows.size(); ++i) {
    rows[i].insert(rows[i].begin() + 3, i == 0 ? "BUNDLE" : plain(records[i - 1].bundle));
  }
  return cli::table(rows);
}

int list(const Format& format) {
  std::vector<Record> records;
  std::string json;
  for (const std::string& id : all_ids()) {
    auto record = readable(id);
    if (!record) continue;
    if (format.quiet) print(id + "\n");
    json += (json.empty() ? "" : ",") + as_json(*record);
    records.push_back(std::move(*record));
  }
  if (format.quiet) return 0;
  print(format.json ? "[" + json + "]\n" : as_table(records));
  return 0;
}

}  // namespace

cli::Command list_command() {
  auto format = std::make_shared<Format>();
  cli::Command command;
  command.name = "list";
  command.usage = "[OPTIONS]";
  command.summary = "show all containers";
  command.options = [format](cli::Options& options) {
    options.flag("q,quiet", "only the IDs", [format] { format->quiet = true; });
    cli::format_option(options, format->json);
  };
  command.run = [format](const std::vector<std::string>& arguments) {
    if (!arguments.empty())
      throw cli::UsageError(fmt::format("list: unexpected {}", quoted(arguments[0])));
    return list(*format);
  };
  return command;
}

}  // namespace lockstep::pid
