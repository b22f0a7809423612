#pragma once

#include <string>
#include <vector>

/// Programs of the host's, or of the container's, that a runtime calls at moments of a container's
/// life. See: config.md, "POSIX-platform Hooks"
namespace lockstep::oci {

/// One of them.
struct Hook {
  std::string path;               // absolute
  std::vector<std::string> args;  // args[0] is its name; empty: `path` is
  std::vector<std::string> env;   // all that it gets
  int timeout = 0;  // seconds, after which it is ended; 0: it may take as long as it likes
};

/// `hooks`.
struct Hooks {
  std::vector<Hook> prestart;  // the older name of createRuntime; called before those
  std::vector<Hook> create_runtime;
  std::vector<Hook> create_container;
  std::vector<Hook> start_container;
  std::vector<Hook> poststart;
  std::vector<Hook> poststop;

  /// Whether there are none.
  bool empty() const {
    return prestart.empty() && create_runtime.empty() && create_container.empty() &&
           start_container.empty() && poststart.empty() && poststop.empty();
  }
};

}  // namespace lockstep::oci
