#include "tests/docs/conversation.hpp"

#include <algorithm>

#include "tests/docs/typed.hpp"

namespace lockstep::docs {
namespace {

using Outcome = Terminal::Outcome;

/// How long a terminal is silent before its program counts as waiting for somebody.
constexpr std::chrono::milliseconds kQuiet{300};

/// The text without what is only pressed: keys at its beginning, Enter at its end. Keys on a line
/// of their own are no line: whether they are echoed depends on the program.
std::vector<std::string> without_keys(const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  for (std::string line : lines) {
    if (line.ends_with(kEnter)) line.resize(line.size() - kEnter.size());
    const size_t pressed = keys(line).size();
    if (pressed > 0 && pressed == line.size()) continue;
    out.push_back(line.substr(pressed));
  }
  while (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

std::vector<std::string> texts(const std::vector<Line>& lines, size_t count) {
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i) out.push_back(lines[i].text);
  return without_keys(out);
}

/// A prompt at which nothing is typed any more: the program stays there for the terminal's next
/// block.
bool is_open_prompt(const std::string& line) {
  const std::string prompt = inner_prompt(line);
  return !prompt.empty() && line.size() <= prompt.size();
}

/// The prompt at the beginning of a line, the shell's "> " for the rest of a command among them.
std::string prompt_of(const std::vector<Line>& shown, size_t index) {
  constexpr const char* kMore = "> ";
  const bool continues =
      std::all_of(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                  [](const Line& line) { return line.text.starts_with(kMore); });
  return continues ? kMore : inner_prompt(shown[index].text);
}

std::string control_codes(const std::string& keys) {
  std::string codes;
  for (size_t i = 1; i < keys.size(); i += 2) codes += static_cast<char>(keys[i] & 0x1f);
  return codes;
}

}  // namespace

std::vector<std::string> Conversation::came_so_far() const {
  std::vector<std::string> lines = lines_of(terminal_.text());
  const auto echo = std::find(lines.begin(), lines.end(), command_);
  if (!command_.empty() && echo != lines.end()) lines.erase(echo);
  return without_keys(lines);
}

Outcome Conversation::wait_for_lines(const std::vector<Line>& shown, size_t count,
                                     const Numbers& numbers) {
  const auto come = [&](const std::string&) {
    Numbers now = numbers;
    return output_matches(texts(shown, count), came_so_far(), now);
  };
  return terminal_.wait(come, limit_, kQuiet);
}

Outcome Conversation::wait_for_prompt(const std::string& prompt) {
  const auto asked = [&](const std::string& text) {
    return text.size() > typed_at_ && text.ends_with(prompt);
  };
  return terminal_.wait(asked, limit_);
}

Outcome Conversation::attend_line(const std::vector<Line>& shown, size_t index,
                                  const Numbers& numbers) {
  const std::string& line = shown[index].text;
  std::string typed;
  Outcome outcome = Outcome::kReached;
  if (const std::string pressed = keys(line); !pressed.empty()) {
    outcome = wait_for_lines(shown, index, numbers);
    typed = control_codes(pressed);
  } else if (line.ends_with(kEnter)) {
    outcome = wait_for_lines(shown, index + 1, numbers);
    typed = "\n";
  } else if (const std::string prompt = prompt_of(shown, index); !prompt.empty()) {
    outcome = wait_for_prompt(prompt);
    if (!is_open_prompt(line)) typed = line.substr(prompt.size()) + "\n";
  }
  if (outcome != Outcome::kReached || typed.empty()) return outcome;
  typed_at_ = terminal_.text().size();
  terminal_.type(typed);
  return outcome;
}

Outcome Conversation::attend(const std::vector<Line>& shown, bool may_go_on,
                             const Numbers& numbers) {
  const bool stays = !shown.empty() && is_open_prompt(shown.back().text);
  Outcome outcome = Outcome::kReached;
  for (size_t i = 0; i < shown.size() && outcome == Outcome::kReached; ++i) {
    outcome = attend_line(shown, i, numbers);
  }
  if (outcome == Outcome::kReached && !stays) {
    outcome = may_go_on ? wait_for_lines(shown, shown.size(), numbers)
                        : terminal_.wait([](const std::string&) { return false; }, limit_);
  }
  shown_lines_ = texts(shown, shown.size());
  came_lines_ = came_so_far();
  running_ = outcome != Outcome::kEnded;
  command_.clear();
  typed_at_ = 0;
  terminal_.forget_all_but(stays && running_ ? inner_prompt(shown.back().text) : "");
  return outcome;
}

Outcome Conversation::begin(const Command& command, bool may_go_on, const Numbers& numbers) {
  command_ = command.typed.text;
  terminal_.command(command_);
  return attend(command.shown, may_go_on, numbers);
}

Outcome Conversation::go_on(const std::vector<Line>& shown, bool may_go_on,
                            const Numbers& numbers) {
  return attend(shown, may_go_on, numbers);
}

}  // namespace lockstep::docs
