// `list` and `ps`: what containers there are, and what runs in one.
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "02-pid/commands.hpp"
#include "common/cli/table.hpp"
#include "common/os/json_text.hpp"
#include "common/os/narrate.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::pid {
namespace {

struct Format {
  bool json = false;
  bool quiet = false;
};

void format_option(cli::Options& options, Format& format) {
  options.value("f,format", "table|json", "how to print it", [&](const std::string& name) {
    if (name != "table" && name != "json") {
      throw cli::UsageError(fmt::format("--format: expected table or json, got {}", quoted(name)));
    }
    format.json = name == "json";
  });
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

/// As a terminal may show it.
std::string plain(const std::string& text) {
  const std::string safe = quoted(text);
  return safe.substr(1, safe.size() - 2);
}

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
      json_quoted(record.config.oci_version), json_quoted(record.id), living_pid(record),
      json_quoted(words(status_now(record))), json_quoted(record.bundle),
      json_quoted(record.config.root.path), json_quoted(record.created),
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
                    command_of(record.config.process.args)});
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

/// Whether the PID namespace behind `ns` is the one with the inode `wanted`, or lies below it.
bool lies_in(Fd ns, ino_t wanted) {
  while (ns) {
    struct stat status {};
    if (::fstat(ns.get(), &status) != 0) return false;
    if (status.st_ino == wanted) return true;
    ns = Fd(::ioctl(ns.get(),
                    NS_GET_PARENT));  // EPERM above our own: then it isn't below the container's
  }
  return false;
}

/// The number that the process has in its innermost PID namespace: the last of the line NSpid.
std::string number_inside(pid_t pid) {
  const auto status = proc::read_file(fmt::format("/proc/{}/status", pid));
  for (const std::string& line : split(status.value_or(""), '\n')) {
    if (line.rfind("NSpid:", 0) == 0) return line.substr(line.find_last_of(" \t") + 1);
  }
  return "?";
}

std::string command_line(pid_t pid) {
  std::string text = proc::read_file(fmt::format("/proc/{}/cmdline", pid)).value_or("");
  while (!text.empty() && text.back() == '\0') text.pop_back();
  for (char& c : text) c = c == '\0' ? ' ' : c;
  const auto stat = proc::stat(pid);
  if (text.empty()) return "[" + (stat ? stat->command : "?") + "]";
  return plain(text);
}

int ps(const std::string& id, const Format& format) {
  const Record record = find(id);
  if (!locate(record)) {
    throw Error(fmt::format("container {} is {}: no process is in it", quoted(id),
                            words(status_now(record))));
  }
  std::vector<std::vector<std::string>> rows = {{"PID", "INSIDE", "PARENT", "STATE", "COMMAND"}};
  std::string json;
  for (const pid_t pid : processes_of(record)) {
    const auto stat = proc::stat(pid);
    if (!stat) continue;  // it ended meanwhile
    json += (json.empty() ? "" : ",") + std::to_string(pid);
    rows.push_back({std::to_string(pid), number_inside(pid), std::to_string(stat->parent),
                    std::string(1, stat->state), command_line(pid)});
  }
  print(format.json ? "[" + json + "]\n" : cli::table(rows));
  return 0;
}

}  // namespace

bool is_in(const Record& record, pid_t pid) {
  struct stat wanted {};
  if (::stat(fmt::format("/proc/{}/ns/pid", record.pid).c_str(), &wanted) != 0) return false;
  return lies_in(Fd(::open(fmt::format("/proc/{}/ns/pid", pid).c_str(), O_RDONLY | O_CLOEXEC)),
                 wanted.st_ino);
}

std::vector<pid_t> processes_of(const Record& record) {
  std::vector<pid_t> found;
  for (const pid_t pid : proc::all()) {
    if (is_in(record, pid)) found.push_back(pid);
  }
  return found;
}

cli::Command list_command() {
  auto format = std::make_shared<Format>();
  cli::Command command;
  command.name = "list";
  command.usage = "[OPTIONS]";
  command.summary = "show all containers";
  command.options = [format](cli::Options& options) {
    options.flag("q,quiet", "only the IDs", [format] { format->quiet = true; });
    format_option(options, *format);
  };
  command.run = [format](const std::vector<std::string>& arguments) {
    if (!arguments.empty())
      throw cli::UsageError(fmt::format("list: unexpected {}", quoted(arguments[0])));
    return list(*format);
  };
  return command;
}

cli::Command ps_command() {
  auto format = std::make_shared<Format>();
  cli::Command command;
  command.name = "ps";
  command.usage = "[OPTIONS] ID";
  command.summary = "show a container's processes, as the host and as the container number them";
  command.options = [format](cli::Options& options) { format_option(options, *format); };
  command.run = [format](const std::vector<std::string>& arguments) {
    if (arguments.size() != 1) throw cli::UsageError("ps: one container's ID is needed");
    return ps(arguments[0], *format);
  };
  return command;
}

}  // namespace lockstep::pid
