#include "tests/docs/match.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace lockstep::docs {
namespace {

constexpr std::string_view kAnyText = "[...]";
constexpr std::string_view kAnyLines = "...";
constexpr uint64_t kFirstPid = 31000;
constexpr uint64_t kLastPid = 31999;
constexpr uint64_t kFirstNamespace = 4026531832;  // PROC_*_INIT_INO of the kernel's proc_ns.h
constexpr uint64_t kLastNamespace = 4026539999;
constexpr std::array<const char*, 8> kKinds = {"mnt", "net",  "time", "cgroup",
                                               "pid", "user", "uts",  "ipc"};

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_space(char c) { return c == ' ' || c == '\t'; }

uint64_t value_of(const std::string& digits) {
  return digits.size() > 15 ? 0 : std::stoull(digits);
}

bool is_pid(uint64_t value) { return value >= kFirstPid && value <= kLastPid; }
bool is_namespace(uint64_t value) { return value >= kFirstNamespace && value <= kLastNamespace; }

/// One space for each run of them, none at the ends: columns move with the width of a number.
std::string plain(std::string_view line) {
  std::string out;
  for (const char c : line) {
    if (!is_space(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// The whole number that begins at `at`; empty in the middle of one, or where there is none.
std::string number_at(const std::string& line, size_t at) {
  if (at > 0 && is_digit(line[at - 1])) return "";
  size_t end = at;
  while (end < line.size() && is_digit(line[end])) ++end;
  return line.substr(at, end - at);
}

/// Advances both by one character, or by one number.
bool step(const std::string& shown, size_t& i, const std::string& actual, size_t& j,
          Numbers& numbers) {
  if (i == shown.size() || j == actual.size()) return false;
  const std::string number = number_at(shown, i);
  if (!number.empty() && (is_pid(value_of(number)) || is_namespace(value_of(number)))) {
    const std::string other = number_at(actual, j);
    if (other.empty() || !numbers.agree(number, other)) return false;
    i += number.size();
    j += other.size();
    return true;
  }
  return shown[i++] == actual[j++];
}

/// Where a wildcard may swallow one more: the position behind it, what it has swallowed so far, and
/// what was known then.
struct Retry {
  size_t shown;
  size_t actual;
  Numbers numbers;
};

}  // namespace

bool Numbers::is_own(const std::string& number) const {
  return std::any_of(own_.begin(), own_.end(),
                     [&](const auto& kind) { return kind.second == number; });
}

bool Numbers::agree(const std::string& shown, const std::string& actual) {
  const uint64_t value = value_of(shown);
  if (is_namespace(value)) {
    const size_t kind = value - kFirstNamespace;
    if (kind < kKinds.size() && own_.contains(kKinds[kind])) return own_.at(kKinds[kind]) == actual;
    if (is_own(actual)) return false;
  }
  if (value_of(actual) == 0) return false;
  const auto known = meaning_.try_emplace(shown, actual).first;
  const auto here = in_this_output_.try_emplace(actual, shown).first;
  return known->second == actual && here->second == shown;
}

bool line_matches(std::string_view shown_line, std::string_view actual_line, Numbers& numbers) {
  const std::string shown = plain(shown_line);
  const std::string actual = plain(actual_line);
  std::optional<Retry> retry;
  Numbers now = numbers;
  size_t i = 0;
  size_t j = 0;
  while (i < shown.size() || j < actual.size()) {
    if (shown.compare(i, kAnyText.size(), kAnyText) == 0) {
      i += kAnyText.size();
      retry = Retry{i, j, now};
    } else if (!step(shown, i, actual, j, now)) {
      if (!retry || retry->actual == actual.size()) return false;
      ++retry->actual;
      i = retry->shown;
      j = retry->actual;
      now = retry->numbers;
    }
  }
  numbers = std::move(now);
  return true;
}

bool output_matches(const std::vector<std::string>& shown, const std::vector<std::string>& actual,
                    Numbers& numbers) {
  std::optional<Retry> retry;
  Numbers now = numbers;
  now.new_output();
  size_t i = 0;
  size_t j = 0;
  while (i < shown.size() || j < actual.size()) {
    if (i < shown.size() && shown[i] == kAnyLines) {
      retry = Retry{++i, j, now};
    } else if (i < shown.size() && j < actual.size() && line_matches(shown[i], actual[j], now)) {
      ++i;
      ++j;
    } else {
      if (!retry || retry->actual == actual.size()) return false;
      i = retry->shown;
      j = ++retry->actual;
      now = retry->numbers;
    }
  }
  numbers = std::move(now);
  return true;
}

std::string difference(const std::vector<std::string>& shown,
                       const std::vector<std::string>& actual, const Numbers& before) {
  Numbers numbers = before;
  numbers.new_output();
  return difference(shown, actual, [&](const std::string& one, const std::string& other) {
    return one != kAnyLines && line_matches(one, other, numbers);
  });
}

std::string difference(const std::vector<std::string>& shown,
                       const std::vector<std::string>& actual,
                       const std::function<bool(const std::string&, const std::string&)>& same) {
  const size_t shorter = std::min(shown.size(), actual.size());
  size_t top = 0;
  while (top < shorter && same(shown[top], actual[top])) ++top;
  size_t bottom = 0;
  while (bottom < shorter - top &&
         same(shown[shown.size() - bottom - 1], actual[actual.size() - bottom - 1])) {
    ++bottom;
  }
  std::string out;
  for (size_t i = 0; i < top; ++i) out += "  " + shown[i] + "\n";
  for (size_t i = top; i < shown.size() - bottom; ++i) out += "- " + shown[i] + "\n";
  for (size_t i = top; i < actual.size() - bottom; ++i) out += "+ " + actual[i] + "\n";
  for (size_t i = shown.size() - bottom; i < shown.size(); ++i) out += "  " + shown[i] + "\n";
  return out;
}

}  // namespace lockstep::docs
