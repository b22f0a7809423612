#pragma once

#include <functional>
#include <string>

/// A machine of a page's own. Lessons attack the host; here the host is a set of namespaces: UTS,
/// IPC, PID, network, cgroup and mount. All file systems are read-only but a few fresh ones in memory and
/// /proc; the clone is there at its own path, and what is written to it goes to memory too. So a
/// page can leave nothing behind, and when its process 1 ends the kernel ends all the others.
namespace lockstep::docs {

struct Sandbox {
  std::string source;  // the clone
  std::string build;   // becomes its build/, with the links ./step01 …
};

/// Why there can't be one here; empty if there can.
std::string no_sandbox_because();

/// Runs `body` in a new sandbox as process 1 and root, and returns its exit status. What the host
/// shows of itself (names, mounts) is compared before and after; a difference is an Error.
int in_sandbox(const Sandbox& sandbox, const std::function<int()>& body);

}  // namespace lockstep::docs
