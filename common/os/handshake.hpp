#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>

#include "common/os/error.hpp"
#include "common/os/fd.hpp"

namespace lockstep {

/// How far a container's first process has come; each later one includes the earlier. The whole
/// ladder uses these four, in this order (see docs/design.md, "the order").
enum class Stage : uint8_t {
  kCloned,   // it exists, in its namespaces; the host may now give it id maps, limits, a network
  kMounted,  // its file tree stands, not yet entered; the host may now run its hooks
  kCreated,  // its world is complete, its program is found: it waits for `start`
  kStarted,  // it has been told to become the user's program
};

/// The other side went away without a word: it was killed, or the runtime was.
class Vanished : public Error {
 public:
  using Error::Error;
};

/// A conversation between the runtime ("host") and the container's first process ("child") over a
/// socketpair. It carries stages, errors with their operands and hints, and descriptors. Both ends
/// are O_CLOEXEC: a successful execve is heard on the host's side as the end of the conversation.
/// See: unix(7), SCM_RIGHTS
class Handshake {
 public:
  Handshake();
  /// One side of a conversation over a socket that is connected already.
  static Handshake of_host(Fd socket);
  static Handshake of_child(Fd socket);

  /// After clone: each process keeps its own end. (With both open nobody would hear the other end.)
  void be_host() { child_end_.reset(); }
  void be_child() { host_end_.reset(); }

  /// Host: waits until the child is at `stage` or past it; rethrows its error. Descriptors that
  /// arrive meanwhile are kept for receive().
  void await(Stage stage);
  /// Host: lets the child go on from `stage`.
  void release(Stage stage);
  /// Host: waits for the child's execve; rethrows its error.
  void await_exec();

  /// Child: reports `stage`, then waits for its release (or a later one's); neither, if it has heard of
  /// that release already. Throws Vanished if the runtime has gone.
  void reach(Stage stage);
  /// Child: waits for the release of `stage` without having anything to report.
  void await_release(Stage stage);
  /// Child: throws Vanished if the runtime has gone. After the death signal was asked for anew: a
  /// runtime that ended before that is noticed here.
  void expect_runtime();
  /// Child: reports its error; the host throws it, with `where` before it.
  void fail(const std::exception& error, const std::string& where = "in the container: ");
  /// Child: what may be behind any failure from here on: said first in its hint.
  void suspect(std::string cause) { suspicion_ = std::move(cause); }

  /// Child: a descriptor that the host's side hands on at once, whatever it waits for: somebody else
  /// there needs it before this side can go on.
  void deliver(const Fd& descriptor);
  /// Host: what becomes of those.
  void on_delivery(std::function<void(Fd)> take) { take_delivery_ = std::move(take); }

  /// A descriptor to the other side: a pty's master, an id-mapped tree.
  void send(const Fd& descriptor);
  /// The next one, in the order they were sent.
  Fd receive();

 private:
  Handshake(Fd host_end, Fd child_end)
      : host_end_(std::move(host_end)), child_end_(std::move(child_end)) {}
  struct Message;
  const Fd& mine() const { return host_end_ ? host_end_ : child_end_; }
  void put(const Message& message, const Fd* descriptor);
  Message take();
  Message take_one();

  Fd host_end_;
  Fd child_end_;
  int reached_ = -1;   // host: the latest stage that the child reported
  int released_ = -1;  // child: the latest stage that the host released
  std::deque<Fd> received_;
  std::function<void(Fd)> take_delivery_;
  std::string suspicion_;
};

}  // namespace lockstep
