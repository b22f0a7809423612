#include "common/cli/options.hpp"

#include <algorithm>
#include <cxxopts.hpp>

namespace lockstep::cli {

void Options::add(const std::string& names, Option option) {
  const size_t comma = names.find(',');
  option.letter = comma == std::string::npos ? '\0' : names[0];
  option.name = comma == std::string::npos ? names : names.substr(comma + 1);
  options_.push_back(std::move(option));
}

void Options::flag(const std::string& names, const std::string& help, OnFlag on_flag) {
  Option option;
  option.help = help;
  option.handler = [names, on_flag = std::move(on_flag)](const std::string& value) {
    if (value != "true")
      throw UsageError(fmt::format("--{} takes no value", names.substr(names.find(',') + 1)));
    on_flag();
  };
  add(names, std::move(option));
}

void Options::value(const std::string& names, const std::string& metavar, const std::string& help,
                    OnValue on_value) {
  Option option;
  option.metavar = metavar;
  option.help = help;
  option.handler = std::move(on_value);
  add(names, std::move(option));
}

void Options::optional_value(const std::string& names, const std::string& metavar,
                             const std::string& implicit, const std::string& help,
                             OnValue on_value) {
  value(names, metavar, help, std::move(on_value));
  options_.back().implicit = implicit;
  options_.back().value_is_optional = true;
}

const Options::Option* Options::find(const std::string& name) const {
  const auto found = std::find_if(options_.begin(), options_.end(), [&](const Option& option) {
    return name.size() == 1 ? option.letter == name[0] : option.name == name;
  });
  return found == options_.end() ? nullptr : &*found;
}

size_t Options::options_before_positionals(const std::vector<std::string>& arguments) const {
  const auto takes_next = [&](const Option* option) {
    return option != nullptr && !option->metavar.empty() && !option->value_is_optional;
  };
  size_t at = 0;
  while (at < arguments.size()) {
    const std::string& word = arguments[at];
    if (word.size() < 2 || word[0] != '-' || word == "--") break;
    if (word[1] == '-') {
      at += word.find('=') == std::string::npos && takes_next(find(word.substr(2))) ? 2 : 1;
      continue;
    }
    // "-it" is -i -t; "-v/a:/b" and "-v /a:/b" are the same: a value follows only if the letter is
    // the last.
    size_t letter = 1;
    while (letter < word.size() && !takes_next(find(word.substr(letter, 1)))) ++letter;
    at += letter + 1 == word.size() ? 2 : 1;
  }
  return std::min(at, arguments.size());
}

void Options::run_handlers(const std::string& command,
                           const std::vector<std::string>& arguments) const {
  cxxopts::Options parser(command);
  for (const Option& option : options_) {
    const std::string names =
        option.letter == 0 ? option.name : std::string(1, option.letter) + "," + option.name;
    auto value = option.metavar.empty()
                     ? std::static_pointer_cast<cxxopts::Value>(cxxopts::value<bool>())
                     : cxxopts::value<std::string>();
    if (option.value_is_optional) value = value->implicit_value(option.implicit);
    parser.add_options()(names, "", value);
  }
  std::vector<const char*> argv = {command.c_str()};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  const auto parsed = parser.parse(static_cast<int>(argv.size()), argv.data());
  for (const auto& given : parsed.arguments()) find(given.key())->handler(given.value());
}

void Options::parse_options(const std::string& command,
                            const std::vector<std::string>& arguments) const {
  if (arguments.empty()) return;
  try {
    run_handlers(command, arguments);
  } catch (const cxxopts::exceptions::exception& error) {
    std::string what = error.what();
    for (const char* quote : {"‘", "’"}) {  // cxxopts quotes typographically; errors here don't
      for (size_t at = 0; (at = what.find(quote)) != std::string::npos;) what.replace(at, 3, "\"");
    }
    throw UsageError(what, fmt::format("`{} --help` lists the options", command));
  }
}

std::vector<std::string> Options::parse(const std::string& command,
                                        const std::vector<std::string>& arguments) const {
  std::vector<std::string> rest = arguments;
  std::vector<std::string> positional;
  for (;;) {
    const auto middle =
        rest.begin() + static_cast<std::ptrdiff_t>(options_before_positionals(rest));
    parse_options(command, {rest.begin(), middle});
    rest.erase(rest.begin(), middle);
    const bool dashes = !rest.empty() && rest.front() == "--";
    if (rest.empty() || dashes || !anywhere_) {
      positional.insert(positional.end(), rest.begin() + (dashes ? 1 : 0), rest.end());
      break;
    }
    positional.push_back(rest.front());
    rest.erase(rest.begin());
  }
  for (const auto& check : checks_) check();
  return positional;
}

std::string Options::help() const {
  constexpr size_t kColumn = 34;
  std::string out;
  for (const Option& option : options_) {
    std::string left = option.letter == 0 ? "      " : fmt::format("  -{}, ", option.letter);
    left += "--" + option.name;
    if (option.value_is_optional) left += "[=" + option.metavar + "]";
    if (!option.metavar.empty() && !option.value_is_optional) left += " " + option.metavar;
    if (left.size() + 2 > kColumn) left += "\n" + std::string(kColumn - 2, ' ');
    const size_t last_line =
        left.size() - (left.rfind('\n') == std::string::npos ? 0 : left.rfind('\n') + 1);
    out += left + std::string(kColumn - std::min(kColumn, last_line), ' ') + option.help + "\n";
  }
  return out;
}

}  // namespace lockstep::cli
