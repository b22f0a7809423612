#pragma once

#include <map>

#include "tests/lessons/outcome.hpp"
#include "tests/lessons/process.hpp"
#include "tests/lessons/sandbox.hpp"

namespace lockstep::lessons {

/// How a command of the program's is started, beside its words.
struct How {
  std::string input;
  std::function<void()> in_child;
  const Terminal* terminal = nullptr;
  const Fd* output = nullptr;
  bool as_user = false;  // an ordinary user, if the grader is root
};

/// The program that is graded. It adds what a program may need and its help lists: `--root`, a
/// folder for its state, and `--rootfs`.
class Step {
 public:
  /// `path` is absolute; `shown` is what the learner calls it.
  Step(std::string path, std::string shown, const Sandbox& sandbox, std::string rootfs);

  /// Whether the help lists "--init" (of `run`), "exec" (a command), "exec --cwd".
  bool knows(const std::string& words);

  /// `run OPTIONS sh -c SCRIPT`, to its end.
  Outcome run(const std::vector<std::string>& options, const std::string& script,
              const How& how = {});
  /// `run OPTIONS COMMAND…`
  Outcome run_command(const std::vector<std::string>& options,
                      const std::vector<std::string>& command, const How& how = {});
  /// Any command, to its end: {"list", "-q"}.
  Outcome call(const std::vector<std::string>& words, const How& how = {});

  /// The same, started and not waited for.
  Process start(const std::vector<std::string>& words, const How& how = {});
  /// What the user has seen of it. Waits for its end.
  Outcome outcome_of(Process& process, const std::vector<std::string>& words);
  /// The words of `run`, for start().
  std::vector<std::string> run_words(const std::vector<std::string>& options,
                                     const std::vector<std::string>& command);

  /// Deletes what is left in the folder of `--root`, and empties that, so that no check meets another
  /// one's containers.
  void forget_state();

  /// The words as one would type them.
  std::string typed(const std::vector<std::string>& words) const;

  /// Whether this machine lets How::as_user make a user namespace, and use the powers that it
  /// gives.
  static bool user_can_make_namespaces();

  const Sandbox& sandbox() const { return sandbox_; }
  const std::string& rootfs() const { return rootfs_; }
  /// A name that nothing else has: for a container, a file, an argument.
  std::string new_name();

 private:
  void delete_all(bool as_user);
  const std::string& help(const std::string& command);
  std::vector<std::string> argv(const std::vector<std::string>& words, const How& how);
  const std::string& path_for_user();

  std::string path_;
  std::string shown_;
  Sandbox sandbox_;
  std::string rootfs_;
  std::string path_for_user_;
  std::map<std::string, std::string> help_;
  int names_ = 0;
};

/// Whether a help text has `word`, and not only as a part of another one.
bool lists(const std::string& help, const std::string& word);

/// The ordinary user that root's grader tries things as.
constexpr uid_t kOrdinaryUser = 64321;

}  // namespace lockstep::lessons
