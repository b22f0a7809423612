#include "common/os/error.hpp"

#include <algorithm>
#include <cstring>

#include "common/os/utf8.hpp"

namespace lockstep {

SysError::SysError(int code, const std::string& call, std::string hint, Failure failure)
    : Error(fmt::format("{}: {}", call, errno_words(code)), std::move(hint), failure),
      code_(code) {}

namespace {

/// Whether a terminal might act on the character instead of showing it: the control characters,
/// also those above 0x80 (U+009B is "escape ["), and what is no character at all.
bool drives_a_terminal(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (first < 0x80) return first < 0x20 || first == 0x7f;
  if (utf8_length(character) == 0) return true;
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::max<size_t>(1, utf8_length(text)));
    text.remove_prefix(character.size());
    if (character == "\"" || character == "\\") {
      out += '\\';
      out += character;
    } else if (character == "\n" || character == "\t") {
      out += character == "\n" ? "\\n" : "\\t";
    } else if (drives_a_terminal(character)) {
      for (const char c : character) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += character;
    }
  }
  return out + '"';
}

std::string errno_name(int code) {
  const char* name = ::strerrorname_np(code);
  return name != nullptr ? name : fmt::format("errno {}", code);
}

std::string errno_words(int code) {
  const char* words = ::strerrordesc_np(code);
  return fmt::format("{} ({})", words != nullptr ? words : "unknown error", errno_name(code));
}

}  // namespace lockstep
