#pragma once

#include "tests/lessons/step.hpp"

namespace lockstep::lessons {

/// A command that says that it runs, and goes on until it is told to end.
constexpr const char* kWaits = "trap 'exit 0' TERM; echo ready; sleep 30 & wait";

/// Without a name a container in the foreground has one that only its runtime knows.
enum class Mode : uint8_t { kForeground, kNamed, kDetached };

/// A container that runs while a check looks at it; deleted, by force, at the end.
class Container {
 public:
  /// `run [--id ID] [--detach] OPTIONS sh -c SCRIPT`. Returns when the command runs, and has said
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

  /// Throws Mismatch unless the command prints `text`, now or soon. `typed` is what made it do so.
  void expect_says(const std::string& text, const std::string& typed) const;
  bool is_alive() const;
  /// Whether its process 1 comes to an end.
  bool ends() const;

 private:
  void find(const std::string& script);
  void remove();

  Step& step_;
  Mode mode_;
  std::string id_;
  std::vector<std::string> words_;
  Process runtime_;
  std::string typed_;
  pid_t command_ = 0;  // 0: it didn't come to that
  pid_t first_ = 0;
  std::optional<Fd> handle_;  // of process 1: its number may come again
};

/// The shell with this script and this name as its "$0"; of several the one that started the
/// others. 0 if there is none.
pid_t find_command(const std::string& script, const std::string& name);
/// All processes with these arguments; the first may be a path that ends so.
std::vector<pid_t> processes_called(const std::vector<std::string>& words);
/// Zombies among the children of `parent`.
size_t zombies_of(pid_t parent);

}  // namespace lockstep::lessons
