#include "07-cgroup/top.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
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

std::string cpu_time(uint64_t ticks, long ticks_per_second) {
  const uint64_t all = ticks / static_cast<uint64_t>(std::max(ticks_per_second, 1L));
  const uint64_t days = all / 86'400;
  return fmt::format("{}{:02}:{:02}:{:02}", days > 0 ? fmt::format("{}-", days) : "",
                     all / 3'600 % 24, all / 60 % 60, all % 60);
}

}  // namespace lockstep::cgroup
