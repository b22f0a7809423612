#include "common/oci/json_span.hpp"

#include <algorithm>

namespace lockstep::oci {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

size_t skip_space(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(kSpace, at), text.size());
}

/// Behind the string whose opening quote is at `at`.
size_t skip_string(std::string_view text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

/// Behind the value that begins at `at`: at the "," or the bracket that ends it.
size_t skip_value(std::string_view text, size_t at) {
  size_t levels = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if (levels == 0 && (closes || c == ',')) return at;
    if (c == '{' || c == '[') ++levels;
    if (closes) --levels;
    ++at;
  }
  return at;
}

/// Where the value of `key` begins, in the object at `at`.
std::optional<size_t> find_member(std::string_view text, size_t at, std::string_view key) {
  for (at = skip_space(text, at + 1); at < text.size() && text[at] == '"';) {
    const size_t end = skip_string(text, at);
    const bool found = end - at == key.size() + 2 && text.substr(at + 1, key.size()) == key;
    at = skip_space(text, end);
    if (at == text.size() || text[at] != ':') return std::nullopt;
    at = skip_space(text, at + 1);
    if (found) return at;
    at = skip_value(text, at);
    if (at == text.size() || text[at] != ',') return std::nullopt;
    at = skip_space(text, at + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Span> object_at(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '{') return std::nullopt;
  size_t levels = 0;
  for (size_t end = at; end < text.size();) {
    const char c = text[end];
    if (c == '"') {
      end = skip_string(text, end);
      continue;
    }
    ++end;
    if (c == '{') ++levels;
    if (c == '}' && --levels == 0) return Span{at, end};
  }
  return std::nullopt;
}

std::optional<Span> find_object(std::string_view text,
                                std::initializer_list<std::string_view> way) {
  size_t at = skip_space(text, 0);
  for (const std::string_view key : way) {
    if (at >= text.size() || text[at] != '{') return std::nullopt;
    const auto value = find_member(text, at, key);
    if (!value) return std::nullopt;
    at = *value;
  }
  return object_at(text, at);
}

}  // namespace lockstep::oci
