#pragma once

#include <functional>

#include "common/os/child.hpp"

/// Lesson 02: a runtime in the foreground passes on what it is sent.
namespace lockstep::pid {

/// From its making on, every signal that can be passed on waits in a queue instead of hitting this
/// process: so none is lost between clone and the moment when somebody listens. Before the
/// container's first process is cloned; sys::execute gives the user's program an empty mask again.
/// See: signalfd(2)
class SignalQueue {
 public:
  SignalQueue();
  const Fd& fd() const { return fd_; }
  /// The next signal's number; 0 if none waits.
  int next();

  /// From now on also `act`, when `other` can be read: whoever waits for signals does it then. As long
  /// as it returns true. See: epoll(7)
  void watch_also(Fd other, std::function<bool()> act);

 private:
  void look_at_the_other();

  Fd fd_;       // of the signals; with another, of both
  Fd signals_;  // then of the signals alone
  Fd other_;
  std::function<bool()> act_;
};

/// Sends every signal from the queue to the child, until it ends; returns how it ended.
ExitStatus forward_until_end(SignalQueue& queue, Child& child);

}  // namespace lockstep::pid
