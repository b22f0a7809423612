#include "tests/lessons/sandbox.hpp"

#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "common/os/borrowed_root.hpp"
#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "common/os/mounts.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

constexpr uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID;
constexpr int kInterrupted = 130;

pid_t interrupted_child = 0;

/// Ctrl-C ends the child at once and this process in good order: it still has to tidy up.
void end_child(int) { ::kill(interrupted_child, SIGKILL); }

int wait_for(Child& child) {
  interrupted_child = child.pid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, end_child);
  const int status = child.wait().shell_code();
  return status == 128 + SIGKILL ? kInterrupted : status;
}

void furnish(const Sandbox& sandbox) {
  sys::mount("", "/", "", MS_REC | MS_PRIVATE);
  sys::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  sys::mount("tmpfs", sandbox.folder, "tmpfs", 0, "mode=755");
  sys::mount("", "/", "", MS_REC | MS_SHARED);  // as systemd leaves it: the harder case
  // Numbers like those on a machine that has been up for a while, so that none of them is also a
  // number inside. Where it can't be set nothing is lost.
  std::ofstream("/proc/sys/kernel/ns_last_pid") << 20000;
}

/// The grader's parent. Orphans come to it and are reaped at once, as they would be by the
/// machine's own PID 1.
int keep(const Sandbox& sandbox, const std::function<int(const Sandbox&)>& body) {
  sys::set_parent_death_signal(SIGKILL);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  if (sandbox.own_namespaces) furnish(sandbox);
  const pid_t grader = ::fork();
  if (grader < 0) throw SysError(errno, "fork()");
  if (grader == 0) {
    sys::set_parent_death_signal(SIGKILL);
    const int status = body(sandbox);
    std::fflush(stdout);
    ::_exit(status);
  }
  int status = 0;
  for (pid_t ended = 0; ended != grader;) ended = ::waitpid(-1, &status, 0);
  sweep();
  return ExitStatus(status).shell_code();
}

int keep_and_report(const Sandbox& sandbox, const std::function<int(const Sandbox&)>& body) {
  try {
    return keep(sandbox, body);
  } catch (const Error& error) {
    fmt::print(stderr, "lesson-check: {}\n{}", error.what(),
               error.hint().empty() ? "" : "hint: " + error.hint() + "\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "lesson-check: {}\n", error.what());
  }
  return 2;
}

}  // namespace

int in_sandbox(const std::function<int(const Sandbox&)>& body) {
  Sandbox sandbox{has_root_powers(), fs::temp_directory_path() / "lesson-check-XXXXXX"};
  if (::mkdtemp(sandbox.folder.data()) == nullptr) {
    throw SysError(errno, fmt::format("mkdtemp({})", quoted(sandbox.folder)),
                   "choose another TMPDIR");
  }
  std::fflush(stdout);
  int status = 2;
  {
    Child child = Child::clone(sandbox.own_namespaces ? kNamespaces : 0, [&] {
      const int result = keep_and_report(sandbox, body);
      std::fflush(stdout);
      ::_exit(result);
    });
    status = wait_for(child);
  }
  std::error_code ignored;
  fs::remove_all(sandbox.folder, ignored);
  return status;
}

void sweep() {
  const pid_t self = ::getpid();
  const pid_t keeper = ::getppid();
  for (bool found = true; found;) {
    found = false;
    for (const pid_t pid : proc::all()) {
      const auto stat = proc::stat(pid);
      if (!stat || pid == self || (stat->parent != self && stat->parent != keeper)) continue;
      ::kill(pid, SIGKILL);
      if (stat->parent == self) ::waitpid(pid, nullptr, 0);
      found = true;
    }
    ::usleep(found ? 1'000 : 0);
  }
}

}  // namespace lockstep::lessons
