#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/os/error.hpp"

namespace lockstep::cli {

/// Something wrong with the command line: nothing has been done yet.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// The options of one command, each bound to what it fills. A step's lessons export groups of them;
/// a command is given the groups of all lessons so far. Parsing stops at the first positional
/// argument, so that what belongs to the container's command never reaches us (`run busybox ls -l
/// --rm`), and at "--".
class Options {
 public:
  using OnFlag = std::function<void()>;
  using OnValue = std::function<void(const std::string&)>;

  /// `names` is "tty" or "t,tty". `metavar` names the value in the help, "KEY=VALUE". Handlers are
  /// called in the command line's order, once for each time the option is given; a bad value throws
  /// UsageError.
  void flag(const std::string& names, const std::string& help, OnFlag on_flag);
  void value(const std::string& names, const std::string& metavar, const std::string& help,
             OnValue on_value);
  /// A value that may be left out (`--explain`, `--explain=all`): then the handler gets `implicit`.
  void optional_value(const std::string& names, const std::string& metavar,
                      const std::string& implicit, const std::string& help, OnValue on_value);
  /// Called when all options have been handled: for what depends on several of them.
  void check(std::function<void()> check) { checks_.push_back(std::move(check)); }

  /// Options may also stand behind positional arguments, up to "--": for a command that passes none
  /// of them on to another program.
  void allow_anywhere() { anywhere_ = true; }

  /// Calls the handlers for `arguments`, then the checks; returns the positional ones. Throws
  /// UsageError.
  std::vector<std::string> parse(const std::string& command,
                                 const std::vector<std::string>& arguments) const;

  /// The table of options for `--help`.
  std::string help() const;

 private:
  struct Option {
    char letter = 0;
    std::string name;
    std::string metavar;  // empty: a flag
    std::string implicit;
    bool value_is_optional = false;
    std::string help;
    OnValue handler;
  };
  void add(const std::string& names, Option option);
  const Option* find(const std::string& name) const;
  /// How many of `arguments` are options and their values.
  size_t options_before_positionals(const std::vector<std::string>& arguments) const;
  void parse_options(const std::string& command, const std::vector<std::string>& arguments) const;
  void run_handlers(const std::string& command, const std::vector<std::string>& arguments) const;

  std::vector<Option> options_;
  std::vector<std::function<void()>> checks_;
  bool anywhere_ = false;
};

/// A group of options: what a lesson exports. It registers its options, bound to `target`.
template <typename Target>
using OptionGroup = void (*)(Options&, Target& target);

}  // namespace lockstep::cli
