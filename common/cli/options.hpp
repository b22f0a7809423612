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
/// --rm`), and at "--". As getopt_long(3) reads them: "--name value", "--name=value", "-n value",
/// "-nvalue", "-it". (cxxopts would do; but it doesn't stop at a positional argument, splits values
/// at commas, and brings the C++ library's locales: a third of a step's pages.)
class Options {
 public:
  using OnFlag = std::function<void()>;
  using OnValue = std::function<void(const std::string&)>;
  using Words = std::vector<std::string>;

  /// `names` is "tty" or "t,tty". `metavar` names the value in the help, "KEY=VALUE". Handlers are
  /// called in the command line's order, once for each time the option is given; a bad value throws
  /// UsageError. The texts must outlive this: a hundred options are made each time that a container
  /// starts, and hardly ever looked at.
  void flag(const char* names, const char* help, OnFlag on_flag);
  void value(const char* names, const char* metavar, const char* help, OnValue on_value);
  /// More values of an option that an earlier lesson may have already: `take` says whether the text
  /// was its own; if not, the earlier lesson gets it.
  void more_values(const char* names, const char* metavar, const char* help,
                   std::function<bool(const std::string&)> take);
  /// A value that may be left out (`--explain`, `--explain=all`): then the handler gets `implicit`.
  void optional_value(const char* names, const char* metavar, const char* implicit,
                      const char* help, OnValue on_value);
  /// A value "true" or "false" that may be left out, which means true (`--tty`, `--tty=false`).
  void boolean(const char* names, const char* help, std::function<void(bool)> on_value);
  /// Whether there is an option of that name: the first of a name is the one that counts.
  bool has(const std::string& name) const { return find(name) != nullptr; }
  /// Called with the positional words when all options have been handled, before the checks; may
  /// take some of them off the front: `run IMAGE COMMAND` without its IMAGE.
  void words(std::function<void(Words&)> take) { takers_.push_back(std::move(take)); }
  /// Called when all options and words have been handled: for what depends on several of them.
  void check(std::function<void()> check) { checks_.push_back(std::move(check)); }
  /// Called by a check: those behind it are about what isn't used.
  void no_more_checks() { checked_ = true; }

  /// Options may also stand behind positional arguments, up to "--": for a command that passes none
  /// of them on to another program.
  void allow_anywhere() { anywhere_ = true; }

  /// Calls the handlers for `words`, then the takers, then the checks; returns the positional words
  /// that are left. Throws UsageError.
  std::vector<std::string> parse(const std::string& command, const Words& words);

  /// The names of the options that the command line had, in its order: for takers and checks.
  const Words& given() const { return given_; }

  /// What a shell completes: "--format", or "-f"; and what stands in the place of its value, where
  /// the next word is one.
  struct Completion {
    std::string name;
    std::string metavar;
  };
  std::vector<Completion> completions() const;

  /// The table of options for `--help`.
  std::string help() const;

 private:
  struct Values {
    const char* metavar;
    const char* help;
  };
  struct Option {
    const char* names;
    Values values;             // the metavar is null: a flag
    std::vector<Values> more;  // of later lessons
    const char* implicit = "";
    bool value_is_optional = false;
    OnFlag on_flag;
    OnValue on_value;

    char letter() const { return names[1] == ',' ? names[0] : '\0'; }
    const char* name() const { return names[1] == ',' ? names + 2 : names; }
    std::string metavar() const;
    std::string help() const;
    bool is_flag() const { return values.metavar == nullptr; }
    /// Whether its value is the next word, if none stands behind a "=".
    bool takes_next() const { return !is_flag() && !value_is_optional; }
    /// Calls the handler; its error begins with the option's name.
    void take(const std::string& value) const;
  };
  Option& add(const char* names, Values values);
  const Option* find(const std::string& name) const;
  const Option& known(const std::string& command, const std::string& dashes,
                      const std::string& name) const;
  /// Each handles the option at words[at], and returns how many words it was.
  size_t take_long(const std::string& command, const Words& words, size_t at);
  size_t take_letters(const std::string& command, const Words& words, size_t at);

  std::vector<Option> options_;
  Words given_;
  std::vector<std::function<void(Words&)>> takers_;
  std::vector<std::function<void()>> checks_;
  bool checked_ = false;
  bool anywhere_ = false;
};

/// `-f, --format table|json`, for a command that shows something.
void format_option(Options& options, bool& json);

/// A group of options: what a lesson exports. It registers its options, bound to `target`.
template <typename Target>
using OptionGroup = void (*)(Options&, Target& target);

}  // namespace lockstep::cli
