#include "common/os/error.hpp"

#include <cstring>

namespace lockstep {

SysError::SysError(int code, const std::string& call, std::string hint, Failure failure)
    : Error(fmt::format("{}: {}", call, errno_words(code)), std::move(hint), failure), code_(code) {}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
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
