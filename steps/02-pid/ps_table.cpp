#include "02-pid/ps_table.hpp"

#include <algorithm>

#include "02-pid/commands.hpp"
#include "02-pid/format.hpp"
#include "common/os/error.hpp"
#include "common/os/run_program.hpp"
#include "common/os/text.hpp"

namespace lockstep::pid {
namespace {

/// What a process calls itself must not be able to write to a terminal more than text.
std::string printable(std::string line) {
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return line;
}

}  // namespace

std::string lines_of(const std::string& printed, const std::vector<int>& pids) {
  const auto lines = split(printed, '\n');
  const auto heading = fields(lines.front());
  const auto column = std::find(heading.begin(), heading.end(), "PID");
  if (column == heading.end())
    throw Error("ps printed no column PID, so the container's processes can't be found in it",
                "add it to the options: -o pid,…");
  const auto place = static_cast<size_t>(column - heading.begin());
  std::string out = printable(lines.front()) + "\n";
  for (size_t i = 1; i < lines.size(); ++i) {
    const auto words = fields(lines[i]);
    if (words.empty()) continue;
    const auto pid = words.size() > place ? parse_number<int>(words[place]) : std::nullopt;
    if (!pid)
      throw Error(
          fmt::format("ps printed a line without a number in the column PID: {}", quoted(lines[i])),
          "put pid before columns whose text may have spaces: -o pid,…");
    if (std::find(pids.begin(), pids.end(), *pid) != pids.end()) out += printable(lines[i]) + "\n";
  }
  return out;
}

std::string table_of_ps(const Record& record, const std::vector<std::string>& options) {
  const auto program = find_on_path("ps");
  if (!program)
    throw Error("options of ps's are for ps, and that is not installed on the host",
                "install it (`apt-get install procps`), or leave them out: `ps ID` needs none");
  std::vector<std::string> arguments = {"ps"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const ProgramResult result = run_program(*program, arguments, "", "what the host's ps knows");
  if (result.status.shell_code() != 0)
    throw Error(fmt::format("ps {} {}: {}", fmt::join(options, " "), result.status.words(),
                            plain(split(result.output, '\n').front())));
  return lines_of(result.output, processes_of(record));
}

}  // namespace lockstep::pid
