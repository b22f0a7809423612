#include "tests/docs/run_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/run_program.hpp"
#include "tests/docs/accounts.hpp"
#include "tests/docs/conversation.hpp"

namespace lockstep::docs {
namespace {

using std::chrono::milliseconds;
using Outcome = Terminal::Outcome;

Numbers own_namespaces() {
  std::map<std::string, std::string> own;
  for (const char* kind : {"mnt", "net", "time", "cgroup", "pid", "user", "uts", "ipc"}) {
    const std::string link = proc::namespace_of(0, kind);  // uts:[4026531838]
    const size_t bracket = link.find('[');
    if (bracket != std::string::npos)
      own[kind] = link.substr(bracket + 1, link.size() - bracket - 2);
  }
  return Numbers(own);
}

/// Whether it builds a step anew: a VM has what was built, and no compiler.
bool builds(const Block& block) {
  return std::any_of(block.commands.begin(), block.commands.end(), [](const Command& command) {
    return command.typed.text.rfind("make ", 0) == 0;
  });
}

bool says_nothing(const std::vector<std::string>& lines) {
  return std::all_of(lines.begin(), lines.end(),
                     [](const std::string& line) { return line == "..."; });
}

std::string indented(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string line; std::getline(in, line);) out += "\n    " + line;
  return out;
}

/// The page can't go on: a command hangs, or a shell has gone.
class Stopped : public Error {
  using Error::Error;
};

class Run {
 public:
  Run(const Page& page, const std::string& directory, milliseconds limit)
      : page_(page), directory_(directory), limit_(limit), numbers_(own_namespaces()) {}

  Report report() {
    for (const Block& block : page_.blocks) {
      try {
        run(block);
      } catch (const Error& error) {
        fail(line_, fmt::format("{}\n    The rest of the page was not run.", error.what()));
        break;
      }
    }
    return std::move(report_);
  }

 private:
  void fail(size_t line, std::string text) { report_.failures.push_back({line, std::move(text)}); }

  bool skipped(const Block& block) {
    std::string why = block.skipped;
    if (why.empty() && block.is_users()) why = no_user_namespace_because();
    if (why.empty() && builds(block) && !find_on_path("c++")) why = "there is no compiler here";
    if (!why.empty()) report_.skipped.push_back({block.line, why});
    return !why.empty();
  }

  Conversation& conversation(const Block& block) {
    const Account account = block.is_users() ? user_account() : root_account();
    return conversations_.try_emplace(block.terminal, account, directory_, limit_).first->second;
  }

  void run(const Block& block) {
    if (skipped(block)) return;
    line_ = block.line;
    Conversation& conversation = this->conversation(block);
    ++report_.blocks_run;
    const bool second = !block.terminal.empty() && !block.is_users();
    if (conversation.is_running()) {
      command_ = "(the command that was running)";
      check(conversation,
            conversation.go_on(block.continued, second && block.commands.empty(), numbers_));
    } else if (!block.continued.empty()) {
      fail(block.line, "nothing is running in this terminal, so the block must begin with \"$ \"");
    }
    for (size_t i = 0; i < block.commands.size(); ++i) {
      const Command& command = block.commands[i];
      const bool last = i + 1 == block.commands.size();
      line_ = command.typed.number;
      command_ = "$ " + command.typed.text;
      ++report_.commands_run;
      const bool alike = check(conversation, conversation.begin(command, second && last, numbers_));
      const bool told = !last && block.commands[i + 1].typed.text == "echo $?";
      if (alike && !conversation.is_running() && !told) check_status(conversation);
    }
  }

  /// Whether the terminal showed what the page shows.
  bool check(const Conversation& conversation, Outcome outcome) {
    const auto& shown = conversation.shown();
    const auto& came = conversation.came();
    if (outcome == Outcome::kTimedOut) {
      throw Stopped(fmt::format("not done after {} seconds (- the page, + the terminal)\n    {}{}",
                                std::chrono::ceil<std::chrono::seconds>(limit_).count(), command_,
                                indented(difference(shown, came, numbers_))));
    }
    if (output_matches(shown, came, numbers_)) return true;
    fail(line_, fmt::format("the page shows something else (- the page, + the terminal)\n    {}{}",
                            command_, indented(difference(shown, came, numbers_))));
    return false;
  }

  /// Silence means success: that a command failed must be seen in what it prints, or in `echo $?`.
  void check_status(const Conversation& conversation) {
    if (conversation.status() == 0 || !says_nothing(conversation.shown())) return;
    fail(line_, fmt::format("exit status {}, of which the page shows nothing\n    {}",
                            conversation.status(), command_));
  }

  const Page& page_;
  std::string directory_;
  milliseconds limit_;
  Numbers numbers_;
  std::map<std::string, Conversation> conversations_;
  size_t line_ = 0;
  std::string command_;
  Report report_;
};

}  // namespace

Report run_page(const Page& page, const std::string& directory, milliseconds limit) {
  return Run(page, directory, limit).report();
}

}  // namespace lockstep::docs
