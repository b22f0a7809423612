#include "rootfs-fetch/registry/challenge.hpp"

#include <algorithm>

#include "common/os/text.hpp"

namespace lockstep::fetch {
namespace {

constexpr std::string_view kSpace = " \t";

bool is_token_letter(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

/// The header's text, taken off from its front.
class Text {
 public:
  explicit Text(std::string_view text) : rest_(text) {}

  void skip(std::string_view letters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(letters), rest_.size()));
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string take_token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_letter);
    const auto size = static_cast<size_t>(end - rest_.begin());
    std::string token(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return token;
  }
  std::string take_value() {
    if (!take('"')) return take_token();
    std::string out;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    take('"');
    return out;
  }
  /// Whether a '=' and a value are next: then what came before was a parameter's name.
  bool at_value() const {
    const size_t at = rest_.find_first_not_of(kSpace);
    return at != std::string_view::npos && rest_[at] == '=';
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::string Challenge::parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

std::vector<Challenge> parse_challenges(std::string_view value) {
  std::vector<Challenge> out;
  Text text(value);
  while (true) {
    text.skip(" \t,");
    const std::string word = text.take_token();
    if (word.empty()) return out;
    if (!text.at_value()) {
      out.push_back({lower_case(word), {}});
      continue;
    }
    text.skip(kSpace);
    text.take('=');
    text.skip(kSpace);
    const std::string content = text.take_value();
    if (out.empty()) return out;
    out.back().parameters[lower_case(word)] = content;
  }
}

}  // namespace lockstep::fetch
