#pragma once

#include <string>
#include <vector>

#include "common/os/child.hpp"

namespace lockstep::narration {

/// A command on a terminal of its own, typed at and read from by the test.
class Pty {
 public:
  explicit Pty(const std::vector<std::string>& words);

  pid_t pid() const { return child_.pid(); }
  void type(const std::string& text);
  /// All that is shown up to and with `end`. Throws Error if nothing more comes for ten seconds.
  std::string read_until(const std::string& end);
  /// Types `answer` after each `question`, to the end; all that was shown.
  std::string answer_all(const std::string& question, const std::string& answer);
  std::string read_to_the_end();
  /// Whether nothing comes for a while.
  bool is_quiet();
  /// Its exit status.
  int wait() { return child_.wait().shell_code(); }
  /// Ends it.
  void close();

 private:
  bool read_some(int milliseconds);

  Fd master_;
  Child child_;
  std::string unread_;
};

/// The name of the process `pid`; "" if there is none.
std::string command_of(const std::string& pid);
bool is_child_of(const std::string& pid, pid_t parent);

}  // namespace lockstep::narration
