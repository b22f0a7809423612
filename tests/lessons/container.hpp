#pragma once

#include "tests/lessons/step.hpp"

namespace lockstep::lessons {

/// A command that says that it runs, and goes on until it is told to end.
constexpr const char* kWaits = "trap 'exit 0' TERM; echo ready; sleep 30 & wait";

enum class Mode : bool { kForeground, kDetached };

/// A container that runs while a check looks at it; deleted, by force, at the end.
class Container {
 public:
  /// `run [--detach] [--id ID] OPTIONS sh -c SCRIPT`. Returns when the command runs, and has said
  /// "ready" if its script does. Throws Mismatch if it doesn't come to that.
  Container(Step& step, Mode mode, const std::vector<std::string>& options = {},
            const std::string& script = kWaits, const How& how = {});
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;
  ~Container();

  const std::string& id() const { return id_; }
  /// What was typed to start it.
  const std::string& typed() const { return typed_; }
  /// The runtime that started it.
  Process& runtime() { return runtime_; }
  const Process& runtime() const { return runtime_; }
  /// Of the command, and of the container's process 1, as the host numbers them.
  pid_t command() const { return command_; }
  pid_t first() const { return first_; }

  /// Whether the command prints `text`, now or soon.
  bool says(const std::string& text) const;
  bool is_alive() const;
  /// Whether its process 1 comes to an end.
  bool ends() const;

 private:
  Step& step_;
  std::string id_;
  std::vector<std::string> words_;
  Process runtime_;
  std::string typed_;
  pid_t command_ = 0;
  pid_t first_ = 0;
};

/// All processes with these arguments; the first may be a path that ends so.
std::vector<pid_t> processes_called(const std::vector<std::string>& words);
/// Zombies among the children of `parent`.
size_t zombies_of(pid_t parent);

}  // namespace lockstep::lessons
