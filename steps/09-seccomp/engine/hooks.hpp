#pragma once

#include <optional>
#include <string>

#include "02-pid/undo.hpp"
#include "common/oci/config.hpp"

/// Lesson 09: hooks, programs that an engine has called at moments of a container's life, to do what
/// the runtime doesn't know of: devices, networks, notices.
///
///     create   prestart, createRuntime   on the host, when the tree stands and isn't entered
///              createContainer           in the container's namespaces, then, with the host's tree
///     start    startContainer            inside, as the container's user, just before the program
///              poststart                 on the host, when the program has started
///     delete   poststop                  on the host, when all else is gone
///
/// Each gets the container's state on standard input, its own environment and nothing else. One that
/// fails ends the container, but for poststop, of which only a line is said.
/// See: the runtime-spec's config.md, "POSIX-platform Hooks", and runtime.md, "Lifecycle"
namespace lockstep::engine {

class Hooks {
 public:
  explicit Hooks(const oci::Config& config) : config_(config) {}

  /// On the host, before the story changes the config: what the hooks will be told of it.
  void prepare();
  /// Notes that there is something to be called when the program starts, or at the end.
  void note(Undo& undo) const;
  /// Whether the host has to call some when the tree stands; does so. `pid` is the container's first
  /// process.
  bool waits_at_the_tree() const;
  void at_the_tree(pid_t pid) const;
  /// Inside, before enter_rootfs.
  void create_inside() const;
  /// Inside, when the user has been switched and powers dropped. A hook's program is the image's, and
  /// so not to be trusted with more than the container's own.
  void start_inside() const;

 private:
  const oci::Config& config_;
  std::optional<oci::Config> told_;  // as it was
};

/// Lesson 09's kind of note: "hooks".
pid::UndoTable undoers();

}  // namespace lockstep::engine
