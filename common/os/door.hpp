#pragma once

#include <string>
#include <vector>

#include "common/os/fd.hpp"
#include "common/os/handshake.hpp"

namespace lockstep {

/// Where the first process of a container that was created waits for whoever starts it. The runtime
/// that created it has ended by then, and with it its end of their conversation: so the process
/// listens on a unix socket, a file of the container's, and begins a new conversation with who
/// knocks. What goes wrong in the last steps comes back through it.
/// See: unix(7)
class Door {
 public:
  /// Host: makes the socket `name` in `folder` (mode 0600), listening. What else is open at this
  /// moment is the caller's, not the waiting process's.
  static Door make(const Fd& folder, const std::string& name);
  /// Host: knocks. Throws SysError if nobody is there.
  static Handshake knock(const Fd& folder, const std::string& name);

  /// Child, first of all: closes what was open when the door was made, but for standard input,
  /// output and error, and the `preserved` ones behind them: whoever waits for the end of a pipe or for
  /// a lock must not wait for `start`.
  void leave_the_rest_outside(unsigned preserved) const;
  /// Child: waits for a knock. A signal that ends other processes ends this one, too (in silence,
  /// with status 128 + N): to the first process of a PID namespace the kernel's default is to
  /// ignore it.
  Handshake answer() const;

 private:
  Door(std::vector<int> outside, bool guarded) : outside_(std::move(outside)), guarded_(guarded) {}

  Fd socket_;
  std::vector<int> outside_;
  bool guarded_;
};

}  // namespace lockstep
