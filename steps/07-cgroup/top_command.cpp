// `top`: a container's processes, as the host sees them.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "02-pid/commands.hpp"
#include "02-pid/format.hpp"
#include "02-pid/ps_table.hpp"
#include "07-cgroup/commands.hpp"
#include "07-cgroup/print.hpp"
#include "07-cgroup/top.hpp"
#include "common/cli/table.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"
#include "common/users/id_map.hpp"

namespace lockstep::cgroup {
namespace {

/// Whose the process is, as the host numbers it.
std::optional<uint32_t> user_of(pid_t pid) {
  const auto status = proc::read_file(fmt::format("/proc/{}/status", pid));
  for (const std::string& line : split(status.value_or(""), '\n')) {
    const auto words = fields(line);
    constexpr size_t kEffective = 2;
    if (words.size() > kEffective && words[0] == "Uid:")
      return parse_number<uint32_t>(words[kEffective]);
  }
  return std::nullopt;
}

/// What it has computed, in clock ticks: the fields 14 and 15 of its stat.
uint64_t ticks_of(pid_t pid) {
  const std::string stat = proc::read_file(fmt::format("/proc/{}/stat", pid)).value_or("");
  const auto words = fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  constexpr size_t kUser = 11;  // field 3 is the first behind the command's name
  if (words.size() <= kUser + 1) return 0;
  return parse_number<uint64_t>(words[kUser]).value_or(0) +
         parse_number<uint64_t>(words[kUser + 1]).value_or(0);
}

std::vector<std::string> row_of(pid_t pid, const proc::Stat& stat, const users::Map& map) {
  const auto user = user_of(pid);
  const auto inside = user ? users::inside(map, *user) : std::nullopt;
  const auto words = [](const auto& number) { return number ? std::to_string(*number) : "?"; };
  return {std::to_string(pid),
          std::to_string(stat.parent),
          words(user),
          words(inside),
          std::string(1, stat.state),
          cpu_time(ticks_of(pid), ::sysconf(_SC_CLK_TCK)),
          pid::command_line(pid)};
}

std::string own_table(const pid::Record& record) {
  const auto map = users::read_map(fmt::format("/proc/{}/uid_map", record.pid));
  std::vector<std::vector<std::string>> rows = {
      {"PID", "PARENT", "UID", "UID-INSIDE", "STATE", "TIME", "COMMAND"}};
  for (const pid_t pid : pid::processes_of(record)) {
    const auto stat = proc::stat(pid);
    if (stat) rows.push_back(row_of(pid, *stat, map));  // else it ended meanwhile
  }
  return cli::table(rows);
}

int top(const std::string& id, const std::vector<std::string>& options) {
  const pid::Record record = pid::find(id);
  if (!pid::locate(record))
    throw Error(fmt::format("container {} is {}: no process is in it", quoted(id),
                            words(pid::status_now(record))));
  print(options.empty() ? own_table(record) : pid::table_of_ps(record, options));
  return 0;
}

}  // namespace

cli::Command top_command() {
  cli::Command command;
  command.name = "top";
  command.usage = "ID [PS-OPTION…]";
  command.summary =
      "show a container's processes and the time they took; with options, by the host's ps";
  command.run = [](const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw cli::UsageError("top: a container's ID is needed");
    return top(arguments[0], {arguments.begin() + 1, arguments.end()});
  };
  return command;
}

}  // namespace lockstep::cgroup
