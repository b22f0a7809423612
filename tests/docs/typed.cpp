#include "tests/docs/typed.hpp"

#include <algorithm>
#include <cctype>

namespace lockstep::docs {

std::string inner_prompt(std::string_view line) {
  const auto is_name = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
  };
  const size_t sign = std::min(line.find_first_of("#$"), line.size());
  if (sign == line.size() || sign == 0) return "";
  if (sign + 1 < line.size() && line[sign + 1] != ' ') return "";
  const std::string_view before = line.substr(0, sign);
  const bool busybox = (before[0] == '/' || before[0] == '~') && before.find(' ') == sign - 1;
  const bool named = std::all_of(before.begin(), before.end(), is_name);
  return busybox || named ? std::string(line.substr(0, sign + 1)) + " " : "";
}

std::string keys(std::string_view line) {
  constexpr std::string_view kKnown = "CPQZ\\";
  size_t end = 0;
  while (end + 1 < line.size() && line[end] == '^' &&
         kKnown.find(line[end + 1]) != std::string_view::npos) {
    end += 2;
  }
  return std::string(line.substr(0, end));
}

}  // namespace lockstep::docs
