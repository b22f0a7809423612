// `PROGRAM completion bash|zsh`, and what its script asks then: `PROGRAM completion words -- WORD…`.

#include <algorithm>

#include "common/cli/completion.hpp"
#include "common/cli/program.hpp"
#include "common/os/output.hpp"

namespace lockstep::cli {
namespace {

using Completions = std::vector<Options::Completion>;

/// The metavar of the option that `word` is, if the next word is its value; else empty.
std::string value_of(const Completions& options, const std::string& word) {
  for (const auto& option : options) {
    if (option.name == word) return option.metavar;
  }
  return "";
}

/// Whether words[at] is an argument: neither an option nor the value of one.
bool is_argument(const Completions& options, const std::vector<std::string>& words, size_t at) {
  if (words[at].starts_with('-') && words[at] != "-") return false;
  return at == 0 || value_of(options, words[at - 1]).empty();
}

void print_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) print(line + "\n");
}

/// Of the complete words those that are such options, with their values: `--store DIR`.
std::vector<std::string> given_of(const Completions& options,
                                  const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    const bool takes_next = i + 2 < words.size() && !value_of(options, words[i]).empty();
    const bool has_value =
        equals != std::string::npos && !value_of(options, words[i].substr(0, equals)).empty();
    if (takes_next || has_value) out.push_back(words[i]);
    if (takes_next) out.push_back(words[++i]);
  }
  return out;
}

void print_options(const Completions& options) {
  for (const auto& option : options) {
    if (option.name.starts_with("--")) print(option.name + "\n");
  }
}

}  // namespace

const Command* Program::find(const std::string& name) const {
  const auto found = std::find_if(commands_.begin(), commands_.end(),
                                  [&](const Command& command) { return command.name == name; });
  return found == commands_.end() ? nullptr : &*found;
}

int Program::completion(const std::vector<std::string>& arguments) {
  if (arguments.size() > 1 && arguments[0] == "words" && arguments[1] == "--") {
    complete_words({arguments.begin() + 2, arguments.end()});
    return 0;
  }
  if (arguments.size() != 1)
    throw UsageError("completion: one argument is needed, bash or zsh",
                     "source <(" + name_ + " completion bash)");
  print(completion_script(name_, arguments[0]));
  return 0;
}

/// The command whose words `name` is one of; empty if there is none. Steps have two.
std::vector<std::string> Program::printer_of(const std::string& name) const {
  if (const auto told = printers_.find(name); told != printers_.end()) return told->second;
  if (name == "ID") return {"list", "-q"};
  if (name == "IMAGE") return {"images", "-q"};
  return {};
}

/// The words that `name`'s command prints. What goes wrong is no word.
void Program::print_names(const std::string& name, const std::vector<std::string>& shared) {
  if (is_file_name(name)) return print(std::string(kFiles) + "\n");
  const std::vector<std::string> printer = printer_of(name);
  const Command* const command = printer.empty() ? nullptr : find(printer[0]);
  if (command == nullptr) return;
  std::vector<std::string> arguments(printer.begin() + 1, printer.end());
  arguments.insert(arguments.end(), shared.begin(), shared.end());
  run_command(*command, arguments);
}

void Program::complete_words(std::vector<std::string> words) {
  if (words.empty()) words.emplace_back();
  const size_t last = words.size() - 1;
  Options shared;
  add_shared_to(shared);
  size_t at = 0;
  while (at < last && !is_argument(shared.completions(), words, at)) ++at;
  const Command* const command = at < last ? find(words[at]) : nullptr;
  if (at < last && command == nullptr) return;
  Options options;
  if (command != nullptr && command->options) command->options(options);
  add_shared_to(options);
  const Completions known = options.completions();
  const auto given = given_of(shared.completions(), words);
  if (last > 0) {
    if (const std::string metavar = value_of(known, words[last - 1]); !metavar.empty()) {
      const auto values = value_candidates(metavar);
      return values.empty() ? print_names(metavar, given) : print_lines(values);
    }
  }
  if (words[last].starts_with('-')) return print_options(known);
  if (command == nullptr) {
    for (const Command& each : commands_) {
      if (!each.hidden) print(each.name + "\n");
    }
    return;
  }
  size_t index = 0;
  for (size_t i = at + 1; i < last; ++i) index += is_argument(known, words, i) ? 1 : 0;
  for (const std::string& name : argument_names(command->usage, index)) print_names(name, given);
}

}  // namespace lockstep::cli
