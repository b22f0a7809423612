#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "common/os/fd.hpp"
#include "common/os/processes.hpp"
#include "common/os/why.hpp"

namespace lockstep {

/// How a process ended, as wait(2) tells it.
class ExitStatus {
 public:
  explicit ExitStatus(int wait_status) : wait_status_(wait_status) {}
  /// What a shell shows, and what `run` exits with: the exit code, or 128 + N after signal N.
  int shell_code() const;
  /// "exited with 3", "was killed by SIGKILL".
  std::string words() const;

 private:
  int wait_status_;
};

/// A child process in new namespaces. Dropped without wait() or forget(), it is killed and reaped:
/// no process of ours stays behind because of an exception.
class Child {
 public:
  /// Clones this process (clone3 + pidfd) into new `namespaces` (CLONE_NEW*). The child runs `body`
  /// and never returns from here: it ends with _exit, so that no destructor of the parent's runs
  /// twice. An exception that leaves `body` ends it with status 125, in silence: `body` reports its
  /// own errors.
  static Child clone(uint64_t namespaces, const std::function<void()>& body, Why why = {});
  /// The same for a child that is born in a cgroup; `birthplace` may be null.
  static Child clone(uint64_t namespaces, sys::Birthplace* birthplace,
                     const std::function<void()>& body, Why why = {});

  /// The same for a child that is to be born elsewhere: a process in between calls `gate`, which takes
  /// it there, and makes the child, as this process's own (CLONE_PARENT). What `gate` throws is thrown
  /// here.
  static Child clone_beyond(const std::function<void()>& gate, uint64_t namespaces,
                            sys::Birthplace* birthplace, const std::function<void()>& body,
                            Why why = {});

  Child(Child&&) noexcept = default;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }
  const Fd& pidfd() const { return pidfd_; }
  /// Waits for its end, and reaps it.
  ExitStatus wait();
  /// Lets it live on without this process.
  void forget() { pidfd_.reset(); }

 private:
  Child(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  pid_t pid_;
  Fd pidfd_;
};

}  // namespace lockstep
