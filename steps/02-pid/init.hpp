#pragma once

#include "common/cli/program.hpp"
#include "common/oci/config.hpp"
#include "common/os/fd.hpp"
#include "common/story/program.hpp"

/// Lesson 02: a small PID 1 for programs that were never meant to be one (`--init`).
///
/// PID 1 of a namespace is special twice: the kernel drops signals that it has no handler for
/// (`sleep` as PID 1 can't be ended by Ctrl-C), and orphans become its children, which stay zombies
/// until it waits for them. Most programs do neither. This one does nothing else: it starts the
/// program, passes every signal on to it, reaps whoever ends, and exits with the program's status,
/// which ends the namespace.
///
/// Break it: `run sh -c '(sleep 1 &); exec sleep 60'`, look with `ps`; then with `--init`.
/// See: pid_namespaces(7), "The namespace init process"
namespace lockstep::pid {

class Init {
 public:
  explicit Init(const oci::Config& config) : config_(config) {}

  /// Inside, first of all: opens our own executable, which is out of reach once the root has
  /// changed. As a read-only copy of its mount, where the kernel can and the mount namespace is
  /// ours to copy from (without root: from lesson 03 on): /proc/1/exe leads to it (CVE-2019-5736).
  void prepare();

  /// Inside, as the last step to `process`: if `--init` was asked for and this is PID 1, executes
  /// our own program as `init -- ARGS…` and doesn't return. A second execve rather than a fork
  /// here, so that neither the runtime's memory nor its environment nor its arguments can be read
  /// in the container's /proc/1. `last` as for execute_program.
  void execute_if_asked(const oci::Process& process, const LastStep& last = {}) const;

 private:
  const oci::Config& config_;
  Fd self_;
};

/// `init -- COMMAND [ARG…]`, hidden: what PID 1 executes.
cli::Command init_command();

}  // namespace lockstep::pid
