#include "07-cgroup/live_table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "07-cgroup/print.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {

std::string fitted(const std::string& table, size_t rows, size_t columns) {
  auto lines = split(table, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.size() > rows && rows > 0) {
    const size_t left_out = lines.size() - rows + 1;
    lines.resize(rows - 1);
    lines.push_back(fmt::format("({} more)", left_out));
  }
  std::string out;
  for (const std::string& line : lines) out += line.substr(0, columns) + "\n";
  return out;
}

LiveTable::LiveTable() : terminal_(::isatty(STDOUT_FILENO) == 1) {}

void LiveTable::leave() const {
  if (terminal_) print("\n");
}

void LiveTable::show(const std::string& table) {
  if (!terminal_) return print(table);
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 2 || size.ws_col == 0)
    size = {24, 80, 0, 0};
  const std::string text = fitted(table, size.ws_row - 1U, size.ws_col);
  // Up to the first line of the one before, and all from there on away: one write, so it doesn't
  // flicker.
  const std::string back = lines_ == 0 ? "" : fmt::format("\x1b[{}A\r\x1b[J", lines_);
  lines_ = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  print(back + text);
}

}  // namespace lockstep::cgroup
