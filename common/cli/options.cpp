#include "common/cli/options.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace lockstep::cli {

Options::Option& Options::add(const char* names, Values values) {
  constexpr size_t kUsual = 128;  // of `run` in the last step
  if (options_.empty()) options_.reserve(kUsual);
  return options_.emplace_back(Option{names, values, {}, "", false, nullptr, nullptr});
}

void Options::flag(const char* names, const char* help, OnFlag on_flag) {
  add(names, {nullptr, help}).on_flag = std::move(on_flag);
}

void Options::value(const char* names, const char* metavar, const char* help, OnValue on_value) {
  add(names, {metavar, help}).on_value = std::move(on_value);
}

void Options::more_values(const char* names, const char* metavar, const char* help,
                          std::function<bool(const std::string&)> take) {
  const auto found = std::find_if(options_.begin(), options_.end(), [&](const Option& option) {
    return std::strcmp(option.name(), names) == 0;
  });
  if (found == options_.end()) {
    value(names, metavar, help, [take = std::move(take), metavar](const std::string& text) {
      if (!take(text)) throw UsageError(fmt::format("expected {}, got {}", metavar, quoted(text)));
    });
    return;
  }
  found->more.push_back({metavar, help});
  found->on_value = [take = std::move(take),
                     earlier = std::move(found->on_value)](const std::string& text) {
    if (!take(text)) earlier(text);
  };
}

void Options::optional_value(const char* names, const char* metavar, const char* implicit,
                             const char* help, OnValue on_value) {
  value(names, metavar, help, std::move(on_value));
  options_.back().implicit = implicit;
  options_.back().value_is_optional = true;
}

void Options::boolean(const char* names, const char* help, std::function<void(bool)> on_value) {
  optional_value(names, "true|false", "true", help,
                 [on_value = std::move(on_value)](const std::string& text) {
                   if (text != "true" && text != "false")
                     throw UsageError(fmt::format("expected true or false, got {}", quoted(text)));
                   on_value(text == "true");
                 });
}

void Options::Option::take(const std::string& value) const {
  const std::string flag = std::string("--") + name();
  try {
    on_flag ? on_flag() : on_value(value);
  } catch (const Error& error) {
    if (std::string_view(error.what()).substr(0, flag.size()) == flag) throw;
    throw UsageError(fmt::format("{}: {}", flag, error.what()), error.hint());
  }
}

std::string Options::Option::metavar() const {
  std::string all = is_flag() ? "" : values.metavar;
  for (const Values& later : more) all += fmt::format("|{}", later.metavar);
  return all;
}

std::string Options::Option::help() const {
  std::string all = values.help;
  for (const Values& later : more) all += fmt::format("; {}", later.help);
  return all;
}

const Options::Option* Options::find(const std::string& name) const {
  const auto found = std::find_if(options_.begin(), options_.end(), [&](const Option& option) {
    return name.size() == 1 ? option.letter() == name[0] : name == option.name();
  });
  return found == options_.end() ? nullptr : &*found;
}

namespace {

[[noreturn]] void refuse(const std::string& command, const std::string& what) {
  throw UsageError(what, fmt::format("`{} --help` lists the options", command));
}

}  // namespace

const Options::Option& Options::known(const std::string& command, const std::string& dashes,
                                      const std::string& name) const {
  const Option* const option = find(name);
  if (option == nullptr || (dashes == "--" && name.size() == 1)) {
    refuse(command, fmt::format("unknown option {}", quoted(dashes + name)));
  }
  return *option;
}

size_t Options::take_long(const std::string& command, const Words& words, size_t at) {
  const size_t equals = words[at].find('=');
  const std::string name = words[at].substr(2, equals == std::string::npos ? equals : equals - 2);
  const Option& option = known(command, "--", name);
  given_.emplace_back(option.name());
  if (equals != std::string::npos) {
    if (option.is_flag()) throw UsageError(fmt::format("--{} takes no value", name));
    option.take(words[at].substr(equals + 1));
    return 1;
  }
  if (!option.takes_next()) {
    option.take(option.implicit);
    return 1;
  }
  if (at + 1 == words.size()) {
    refuse(command, fmt::format("--{}: {} is missing", name, option.metavar()));
  }
  option.take(words[at + 1]);
  return 2;
}

size_t Options::take_letters(const std::string& command, const Words& words, size_t at) {
  const std::string& word = words[at];
  for (size_t i = 1; i < word.size(); ++i) {
    const Option& option = known(command, "-", word.substr(i, 1));
    given_.emplace_back(option.name());
    const bool has_value = i + 1 < word.size() && word[i + 1] == '=';
    if (has_value && !option.is_flag()) {  // "-p=false", "-v=/a:/b"
      option.take(word.substr(i + 2));
      return 1;
    }
    if (!option.takes_next()) {
      option.take(option.implicit);
      continue;
    }
    if (i + 1 < word.size()) {  // "-v/a:/b": all behind the letter is its value
      option.take(word.substr(i + 1));
      return 1;
    }
    if (at + 1 == words.size()) {
      refuse(command, fmt::format("-{}: {} is missing", word[i], option.metavar()));
    }
    option.take(words[at + 1]);
    return 2;
  }
  return 1;
}

std::vector<std::string> Options::parse(const std::string& command, const Words& words) {
  Words positional;
  for (size_t at = 0; at < words.size();) {
    const std::string& word = words[at];
    const bool is_option = word.size() > 1 && word[0] == '-' && word != "--";
    if (is_option) {
      at += word[1] == '-' ? take_long(command, words, at) : take_letters(command, words, at);
      continue;
    }
    if (word == "--" || !anywhere_) {  // all the rest is somebody else's
      const size_t rest = word == "--" ? at + 1 : at;
      positional.insert(positional.end(), words.begin() + static_cast<std::ptrdiff_t>(rest),
                        words.end());
      break;
    }
    positional.push_back(words[at++]);
  }
  for (const auto& take : takers_) take(positional);
  for (size_t i = 0; i < checks_.size() && !checked_; ++i) checks_[i]();
  return positional;
}

namespace {

/// How wide a terminal shows it: the bytes of UTF-8 that begin a character, so that "…" is one.
size_t columns(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6U) != 2; }));
}

}  // namespace

std::vector<Options::Completion> Options::completions() const {
  std::vector<Completion> out;
  for (const Option& option : options_) {
    const std::string metavar = option.takes_next() ? option.metavar() : "";
    out.push_back({fmt::format("--{}", option.name()), metavar});
    if (option.letter() != 0) out.push_back({fmt::format("-{}", option.letter()), metavar});
  }
  return out;
}

std::string Options::help() const {
  constexpr size_t kColumn = 34;
  std::string out;
  for (const Option& option : options_) {
    std::string left = option.letter() == 0 ? "      " : fmt::format("  -{}, ", option.letter());
    left += fmt::format("--{}", option.name());
    if (option.value_is_optional) left += "[=" + option.metavar() + "]";
    if (option.takes_next()) left += " " + option.metavar();
    if (columns(left) + 2 > kColumn) left += "\n" + std::string(kColumn - 2, ' ');
    const size_t last_line = columns(std::string_view(left).substr(left.rfind('\n') + 1));
    out += left + std::string(kColumn - std::min(kColumn, last_line), ' ') + option.help() + "\n";
  }
  return out;
}

void format_option(Options& options, bool& json) {
  options.value("f,format", "table|json", "how to print it", [&json](const std::string& format) {
    if (format != "table" && format != "json")
      throw UsageError(fmt::format("expected table or json, got {}", quoted(format)));
    json = format == "json";
  });
}

}  // namespace lockstep::cli
