#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lockstep::lessons {

/// What a user saw of a command, and sentences about it. Each sentence that doesn't hold throws
/// Mismatch; they can be chained.
struct Outcome {
  std::string command;        // as it would be typed
  std::optional<int> status;  // as a shell shows it, 128 + N for a signal; nothing: it didn't end
  std::string out;
  std::string err;

  const Outcome& exits(int code) const;
  /// Exactly this on standard output, and exit status 0.
  const Outcome& prints(const std::string& text) const;
  /// Standard output or standard error contains it.
  const Outcome& mentions(const std::string& text) const;
  /// It fails, says why on standard error (naming `what`), and prints nothing else: the command in
  /// the container didn't run.
  const Outcome& refuses(const std::string& what = "") const;

  /// It fails because of a read-only file system.
  const Outcome& meets_read_only() const;

  /// Everything above, in a sentence: `it printed "3\n", and exited with 0`.
  std::string seen() const;
  /// Throws Mismatch unless `holds`.
  const Outcome& expect(bool holds, const std::string& expected) const;
};

/// Words as one would type them in a shell.
std::string as_typed(const std::vector<std::string>& words);

bool contains(const std::string& text, const std::string& part);
std::vector<std::string> lines_of(const std::string& text);
std::vector<std::string> words_of(const std::string& line);

}  // namespace lockstep::lessons
