#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/docs/match.hpp"
#include "tests/docs/page.hpp"
#include "tests/docs/terminal.hpp"

namespace lockstep::docs {

/// One terminal of a page: commands are given to its shell, and lines are typed into the programs
/// that ask for them, as the page shows it.
class Conversation {
 public:
  Conversation(const Account& account, const std::string& directory,
               std::chrono::milliseconds limit)
      : terminal_(account, directory), limit_(limit) {}

  using Outcome = Terminal::Outcome;

  /// Gives the shell a command and types what the page types, until the command ends (kEnded), or
  /// waits at the prompt that the page shows last, or, if it may go on, has shown all that the page
  /// shows (kReached). `numbers` are those known before.
  Outcome begin(const Command& command, bool may_go_on, const Numbers& numbers);
  /// The same for the command that is running.
  Outcome go_on(const std::vector<Line>& shown, bool may_go_on, const Numbers& numbers);

  bool is_running() const { return running_; }
  /// What the page shows, and what the terminal showed, of the last turn.
  const std::vector<std::string>& shown() const { return shown_lines_; }
  const std::vector<std::string>& came() const { return came_lines_; }
  int status() const { return terminal_.status(); }

 private:
  Outcome attend(const std::vector<Line>& shown, bool may_go_on, const Numbers& numbers);
  Outcome attend_line(const std::vector<Line>& shown, size_t index, const Numbers& numbers);
  /// Waits until the terminal shows the first `count` lines and no more comes.
  Outcome wait_for_lines(const std::vector<Line>& shown, size_t count, const Numbers& numbers);
  Outcome wait_for_prompt(const std::string& prompt);
  std::vector<std::string> came_so_far() const;

  Terminal terminal_;
  std::chrono::milliseconds limit_;
  std::string command_;  // whose echo comes first
  bool running_ = false;
  size_t typed_at_ = 0;  // how much text there was when something was typed last
  std::vector<std::string> shown_lines_;
  std::vector<std::string> came_lines_;
};

}  // namespace lockstep::docs
