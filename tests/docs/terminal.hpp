#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/os/fd.hpp"

namespace lockstep::docs {

/// Whose shell it is, and what it starts with.
struct Account {
  uid_t uid = 0;
  std::string name;
  std::string home;
  std::vector<std::string> environment;
};

/// What a person would read of a terminal's output: no colours, no carriage returns.
std::string readable(std::string_view output);

/// An interactive bash on a pseudo-terminal of its own, to be used in a sandbox, with which it
/// ends: jobs, Ctrl-C and programs that ask for a terminal behave as they do for the reader.
class Terminal {
 public:
  /// Throws SysError; an Error if bash doesn't come up within ten seconds.
  Terminal(const Account& account, const std::string& directory);

  /// Types a command for the shell; the text so far is forgotten.
  void command(const std::string& line);
  /// Types on: into a program, or the next line of a command that isn't complete.
  void type(std::string_view text);

  enum class Outcome : uint8_t { kEnded, kReached, kTimedOut };
  /// Waits until the command ends, or `reached` likes the text so far and nothing more came for
  /// `quiet`.
  Outcome wait(const std::function<bool(const std::string&)>& reached,
               std::chrono::milliseconds limit, std::chrono::milliseconds quiet = {});

  /// What the terminal shows since command(), the command's own line first.
  const std::string& text() const { return text_; }
  /// Forgets all text but `rest`.
  void forget_all_but(const std::string& rest) { raw_ = text_ = rest; }
  /// The exit status of the command that has ended.
  int status() const { return status_; }

 private:
  void read_some(std::chrono::milliseconds limit);
  /// Whether the shell shows its prompt; takes the prompt out of the text.
  bool ended();

  Fd master_;
  std::string raw_;
  std::string text_;
  int status_ = 0;
};

}  // namespace lockstep::docs
