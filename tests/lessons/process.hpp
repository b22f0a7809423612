#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/os/child.hpp"
#include "tests/lessons/eventually.hpp"

namespace lockstep::lessons {

class Terminal;

/// What to start, and how.
struct Plan {
  std::vector<std::string> argv;       // argv[0] is the program's path
  std::string input;                   // all of its standard input
  std::function<void()> in_child;      // just before execve(2)
  const Terminal* terminal = nullptr;  // instead of files, for all three and for its session
  const Fd* output = nullptr;          // instead of the file for its standard output
};

/// A program that was started. What it writes goes to files in memory: a container that lives on
/// may hold them open, so reading a pipe to its end could take for ever. Dropped, it is killed.
class Process {
 public:
  explicit Process(const Plan& plan);

  pid_t pid() const { return child_.pid(); }
  /// Waits for its end; false if that doesn't come within `limit`.
  bool wait(std::chrono::milliseconds limit = patience);
  /// How it ended, as a shell shows it; nothing before wait() has returned true.
  const std::optional<int>& status() const { return status_; }
  void signal(int number) const;

  std::string out() const;
  std::string err() const;

 private:
  Fd out_;
  Fd err_;
  Child child_;
  std::optional<int> status_;
};

}  // namespace lockstep::lessons
