// `ps`: what runs in a container.
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "02-pid/commands.hpp"
#include "02-pid/format.hpp"
#include "02-pid/ps_table.hpp"
#include "common/cli/table.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::pid {
namespace {

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

/// A process's cgroups, one a line: "4:memory:/a/b".
std::vector<std::string> cgroups_of(pid_t pid) {
  return split(proc::read_file(fmt::format("/proc/{}/cgroup", pid)).value_or(""), '\n');
}

/// Whether it is in each of the container's cgroups, or below. That tells whose a process is where the
/// PID namespace doesn't.
bool is_in_cgroups(const Record& record, pid_t pid) {
  const auto made = [](const Note& note) { return note.kind == "cgroup"; };  // by lesson 07
  if (pid == record.pid) return true;
  if (std::none_of(record.notes.begin(), record.notes.end(), made)) return false;
  const auto wanted = cgroups_of(record.pid);
  const auto its = cgroups_of(pid);
  return !wanted.empty() && wanted.size() == its.size() &&
         std::equal(wanted.begin(), wanted.end(), its.begin(),
                    [](const std::string& one, const std::string& other) {
                      return other == one || other.starts_with(one + "/");
                    });
}

int ps(const std::string& id, const Format& format, const std::vector<std::string>& options) {
  const Record record = find(id);
  if (!locate(record)) {
    throw Error(fmt::format("container {} is {}: no process is in it", quoted(id),
                            words(status_now(record))));
  }
  if (!options.empty() && !format.json) {  // as runc: of the JSON they are no part
    print(table_of_ps(record, options));
    return 0;
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

std::string command_line(pid_t pid) {
  std::string text = proc::read_file(fmt::format("/proc/{}/cmdline", pid)).value_or("");
  while (!text.empty() && text.back() == '\0') text.pop_back();
  for (char& c : text) c = c == '\0' ? ' ' : c;
  const auto stat = proc::stat(pid);
  if (text.empty()) return "[" + (stat ? stat->command : "?") + "]";
  return plain(text);
}

bool is_in(const Record& record, pid_t pid) {
  // It shares the PID namespace (lesson 09): all that is in there is not its own.
  if (number_inside(record.pid) != "1") return is_in_cgroups(record, pid);
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

cli::Command ps_command() {
  auto format = std::make_shared<Format>();
  cli::Command command;
  command.name = "ps";
  command.usage = "[OPTIONS] ID [PS-OPTION…]";
  command.summary =
      "show a container's processes, as the host and as the container number them; with options, "
      "by "
      "the host's ps";
  command.options = [format](cli::Options& options) { cli::format_option(options, format->json); };
  command.run = [format](const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw cli::UsageError("ps: one container's ID is needed");
    const bool dashes = arguments.size() > 1 && arguments[1] == "--";
    return ps(arguments[0], *format, {arguments.begin() + (dashes ? 2 : 1), arguments.end()});
  };
  return command;
}

}  // namespace lockstep::pid
