#include "07-cgroup/duration.hpp"

#include <algorithm>
#include <charconv>

namespace lockstep::cgroup {
namespace {

/// In milliseconds; 0 for what is no unit.
double unit(const std::string& name) {
  if (name == "us") return 0.001;
  if (name == "ms") return 1;
  if (name == "s") return 1'000;
  if (name == "m") return 60'000;
  if (name == "h") return 3'600'000;
  return 0;
}

/// Digits, and one point at most.
std::optional<double> parse_decimal(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

bool is_of_number(char c) { return (c >= '0' && c <= '9') || c == '.'; }

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(const std::string& text) {
  constexpr double kLongest = 24.0 * 3'600'000;
  double sum = 0;
  for (auto at = text.begin(); at != text.end();) {
    const auto end_of_number = std::find_if_not(at, text.end(), is_of_number);
    const auto end = std::find_if(end_of_number, text.end(), is_of_number);
    const auto number = parse_decimal(std::string(at, end_of_number));
    const double factor = unit(std::string(end_of_number, end));
    if (!number || factor == 0) return std::nullopt;
    sum += *number * factor;
    at = end;
  }
  if (sum < 1 || sum > kLongest) return std::nullopt;
  return std::chrono::milliseconds(static_cast<int64_t>(sum));
}

}  // namespace lockstep::cgroup
