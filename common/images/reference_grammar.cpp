// The letters of references. See: the distribution-spec, "Pulling manifests"

#include "common/images/reference_grammar.hpp"

#include <algorithm>

#include "common/images/reference.hpp"
#include "common/os/text.hpp"

namespace lockstep::images {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool all_of(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

bool is_port(std::string_view text) {
  const auto port = parse_number<uint16_t>(text);
  return port && *port != 0 && all_of(text, kDigits);
}

}  // namespace

bool is_component(std::string_view text) {
  while (true) {
    const size_t end = std::min(text.find_first_not_of(kLower), text.size());
    if (end == 0) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end);
    const size_t next = text.find_first_of(kLower);
    if (next == std::string_view::npos) return false;
    const std::string_view between = text.substr(0, next);
    if (between != "." && between != "_" && between != "__" && !all_of(between, "-")) return false;
    text.remove_prefix(next);
  }
}

bool is_registry(const std::string& text) {
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string::npos || !all_of(text.substr(1, end - 1), "0123456789abcdefABCDEF:."))
      return false;
    return end + 1 == text.size() || (text[end + 1] == ':' && is_port(text.substr(end + 2)));
  }
  const size_t colon = text.find(':');
  if (colon != std::string::npos && !is_port(std::string_view(text).substr(colon + 1)))
    return false;
  const std::vector<std::string> labels = split(std::string_view(text).substr(0, colon), '.');
  return std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
    return !label.empty() && all_of(label, std::string(kLetters) + "-") && label.front() != '-' &&
           label.back() != '-';
  });
}

bool names_registry(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:[") != std::string_view::npos ||
         first.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos;
}

bool is_tag(const std::string& text) {
  constexpr size_t kLongest = 128;
  return !text.empty() && text.size() <= kLongest && text[0] != '.' && text[0] != '-' &&
         all_of(text, std::string(kLetters) + "_.-");
}

}  // namespace lockstep::images
