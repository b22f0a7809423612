#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/cli/options.hpp"

namespace lockstep::cli {

/// A sub-command: `step03 kill ID SIGNAL`.
struct Command {
  std::string name;
  std::string usage;    // "[OPTIONS] ID [SIGNAL]", as help shows it
  std::string summary;  // one line
  std::function<void(Options&)> options;
  /// Gets the positional arguments; its result is the exit status.
  std::function<int(const std::vector<std::string>&)> run;
  /// The exit code of this program's own failure: for `run` and `exec` 125, 126, 127, for all
  /// others 1.
  bool exit_codes_of_run = false;
  /// Not for people: left out of the help.
  bool hidden = false;
};

/// A step's program: its commands, `--help`, `--version`, and what all commands share (`--root`,
/// `--explain`,
/// `--step`, `--log`-less errors on standard error in one form).
class Program {
 public:
  /// "step03", "03-mount", "files: a root of its own".
  Program(std::string name, std::string lesson, std::string summary)
      : name_(std::move(name)), lesson_(std::move(lesson)), summary_(std::move(summary)) {}

  void add(Command command) { commands_.push_back(std::move(command)); }

  /// What every command understands, before its name or behind it, in place of a step's own
  /// options.
  void share(std::function<void(Options&)> options) { shared_options_ = std::move(options); }

  /// What every command understands beside that, before its name or behind it.
  void share_also(std::function<void(Options&)> options) { more_shared_ = std::move(options); }
  /// Called before a command runs, with its name and its words; and with what goes wrong, which is on standard error
  /// already.
  using OnCommand = std::function<void(const std::string&, const std::vector<std::string>&)>;
  void on_command(OnCommand tell) { on_command_ = std::move(tell); }
  void on_error(std::function<void(const std::string&)> tell) { on_error_ = std::move(tell); }
  /// Started under this name it is called so, and `--version` says `version` behind name and number.
  void also_called(std::string name, std::function<std::string()> version) {
    other_name_ = std::move(name);
    other_version_ = std::move(version);
  }

  /// The command that is meant where the first word names none: that is its first argument then.
  void otherwise(std::string command) { otherwise_ = std::move(command); }

  /// For a shell's completion: an argument that usages call `name` is one of the words that
  /// `command` prints ("list -q"). Of a step: ID and IMAGE.
  void complete(const std::string& name, std::vector<std::string> command) {
    printers_[name] = std::move(command);
  }

  /// main(): finds the command, parses, runs, reports errors. Returns the exit status.
  int run(int argc, char** argv);

 private:
  void add_shared_to(Options& options) const;
  int dispatch(const std::vector<std::string>& arguments);
  int run_or_report(const Command& command, const std::vector<std::string>& arguments);
  int run_command(const Command& command, const std::vector<std::string>& arguments);
  std::string version() const;
  std::string help() const;
  std::string help(const Command& command, const Options& options) const;
  void report(const std::exception& error) const;

  int completion(const std::vector<std::string>& arguments);
  void complete_words(std::vector<std::string> words);
  void print_names(const std::string& name, const std::vector<std::string>& shared);
  const Command* find(const std::string& name) const;
  std::vector<std::string> printer_of(const std::string& name) const;

  std::string name_;
  std::string lesson_;
  std::string summary_;
  std::vector<Command> commands_;
  std::function<void(Options&)> shared_options_;
  std::function<void(Options&)> more_shared_;
  OnCommand on_command_;
  std::function<void(const std::string&)> on_error_;
  std::string other_name_;
  std::function<std::string()> other_version_;
  std::string otherwise_;
  std::map<std::string, std::vector<std::string>> printers_;  // what `complete` was told
};

/// The folder of all state files: `--root`, else /run/lockstep for root (if it may write there: root of a
/// user namespace mayn't), else $XDG_RUNTIME_DIR/lockstep, else /tmp/lockstep-UID.
const std::string& state_root();

/// Which lesson's step runs: 4 for step04; 0 for a program that is none.
int lesson();

}  // namespace lockstep::cli
