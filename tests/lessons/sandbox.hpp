#pragma once

#include <functional>
#include <string>

/// Where the checks are tried. A wrong program may do to its host what it should do to its
/// container: rename it, mount on it, signal its processes. So for root the host is a sandbox: UTS,
/// IPC, PID and mount namespaces of the grader's own. An ordinary user's mistakes hurt nobody else,
/// and need none.
namespace lockstep::lessons {

struct Sandbox {
  bool own_namespaces = false;  // root's; mounts can be made, and shared as systemd shares them
  std::string folder;           // empty at first; removed at the end, with all that is in it
};

/// Runs `body` there and returns its exit status. Whatever process it leaves behind is killed.
int in_sandbox(const std::function<int(const Sandbox&)>& body);

/// In `body`: kills every process that came out of it, itself excepted. What the last check left
/// must not confuse the next one.
void sweep();

}  // namespace lockstep::lessons
