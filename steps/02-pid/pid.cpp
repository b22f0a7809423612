// Lesson 02: processes of the container's own, which can be found again.
//
// clone3(CLONE_NEWPID) makes the child PID 1 of a new PID namespace. Inside, nothing but its own
// descendants has a number: what has no number can't be signalled or traced. From outside each of
// them has an ordinary PID, too, so the host still sees all (`ps`, /proc/PID/status: NSpid). When
// PID 1 ends, the kernel kills the rest.
//
//     host        1 … 4711 step02 … 4712 sh … 4713 sleep
//     container                      1 sh      2 sleep         NSpid: 4712 1
//
// A container that can be found again needs a name and a memory: the state file, written before
// there is anything to forget.

#include "02-pid/pid.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "02-pid/undo.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"

namespace lockstep::pid {

std::optional<ExitStatus> run(Story& story, State& state, const std::string& pid_file,
                              const Attend& attend) {
  refuse_missing_users(story, *state.record.config);
  const oci::Process& process = state.record.config->process;
  SignalQueue signals;  // before there is a child: no signal is lost
  Created container = launch(story, process, state, [&](const Child& child) {
    // Before it starts: whatever the program does, it can be found.
    write_down(state, child, Status::kRunning, pid_file);
  });
  state.unlock();  // from here on others may signal it, enter it, delete it
  return attend(container, signals, process);
}

void State::born(const Child& child) {
  record.pid = child.pid();
  record.start_time = proc::start_time(child.pid()).value_or(0);
  save();
}

void write_down(State& state, const Child& child, Status status, const std::string& pid_file) {
  state.record.status = status;
  state.born(child);
  if (!pid_file.empty()) write_pid_file(state, pid_file);
}

std::optional<ExitStatus> attend(Created& container, SignalQueue& signals,
                                 const oci::Process& process) {
  if (!process.detached) return forward_until_end(signals, container.child);
  container.child.forget();
  return std::nullopt;
}

namespace {

/// A file that output was redirected to goes on being written; a terminal or a pipe would keep its
/// reader waiting (`id=$(step02 run --detach …)`) or be gone at the next write.
bool is_worth_keeping(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

int death_signal_for(const oci::Process& process) {
  return process.detached || process.terminal ? 0 : SIGKILL;
}

void begin_session(const oci::Process& process) {
  sys::new_session("the caller's Ctrl-C and hang-up are not the container's");
  // An engine that asks with a whole process (lesson 09) holds the other ends of its streams.
  if (!process.detached || process.is_complete) return;
  const Fd null = sys::open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fd != STDIN_FILENO && is_worth_keeping(fd)) continue;
    if (::dup2(null.get(), fd) < 0)
      throw SysError(errno, fmt::format("dup2(\"/dev/null\", {})", fd));
  }
}

}  // namespace lockstep::pid
