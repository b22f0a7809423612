#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lockstep {

/// Whose failure it is. `run` and `exec` exit with these numbers, as docker does; the OCI verbs
/// exit with 1 for any of them, as runc does.
enum class Failure : uint8_t { kRuntime = 125, kNotExecutable = 126, kNotFound = 127 };

/// A failure that a person will read: one line that says what was attempted and why it did not
/// work, and, where it is known, a hint that names the cause and the way out.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what, std::string hint = "",
                 Failure failure = Failure::kRuntime)
      : std::runtime_error(what), hint_(std::move(hint)), failure_(failure) {}

  const std::string& hint() const { return hint_; }
  Failure failure() const { return failure_; }

 private:
  std::string hint_;
  Failure failure_;
};

/// A system call that failed: `call` is the call with its operands as words. what() reads
/// `mount("proc", "/nowhere", "proc", MS_NOSUID): No such file or directory (ENOENT)`.
class SysError : public Error {
 public:
  SysError(int code, const std::string& call, std::string hint = "",
           Failure failure = Failure::kRuntime);
  /// As it was thrown elsewhere (in the child, across the handshake): `what` is already complete.
  struct Verbatim {};
  SysError(Verbatim, int code, const std::string& what, std::string hint, Failure failure)
      : Error(what, std::move(hint), failure), code_(code) {}

  /// The errno.
  int code() const { return code_; }

 private:
  int code_;
};

/// `text` in double quotes, with C escapes for what a terminal should not be sent.
std::string quoted(std::string_view text);
// Where <iomanip> came in, std::quoted would be as good a match for a std::string. These are better
// ones.
inline std::string quoted(const std::string& text) { return quoted(std::string_view(text)); }
inline std::string quoted(std::string& text) { return quoted(std::string_view(text)); }
inline std::string quoted(const char* text) { return quoted(std::string_view(text)); }

/// "No such file or directory (ENOENT)".
std::string errno_words(int code);

/// "ENOENT"; "errno 12345" for a number without a name.
std::string errno_name(int code);

}  // namespace lockstep
