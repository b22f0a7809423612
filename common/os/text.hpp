#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// The parts of `text` between `separator`s: "a,,b" has three, "" has one, which is empty.
std::vector<std::string> split(std::string_view text, char separator);

/// The words of `text`, with any number of spaces and tabs between them.
std::vector<std::string> fields(std::string_view text);

/// With ASCII's capitals as small letters, whatever the locale.
std::string lower_case(std::string_view text);

/// The number that `text` is, all of it; nothing if it is none, or too large for its type.
template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, base);
  return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

}  // namespace lockstep
