#include "common/os/child.hpp"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "common/os/error.hpp"
#include "common/os/handshake.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"
#include "common/os/words.hpp"

namespace lockstep {
namespace {

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) throw SysError(errno, fmt::format("waitpid({})", pid));
  }
  return status;
}

}  // namespace

int ExitStatus::shell_code() const {
  return WIFSIGNALED(wait_status_) ? 128 + WTERMSIG(wait_status_) : WEXITSTATUS(wait_status_);
}

std::string ExitStatus::words() const {
  if (WIFSIGNALED(wait_status_)) {
    return fmt::format("was killed by {}", words::signal(WTERMSIG(wait_status_)));
  }
  return fmt::format("exited with {}", WEXITSTATUS(wait_status_));
}

Child Child::clone(uint64_t namespaces, const std::function<void()>& body, Why why) {
  return clone(namespaces, nullptr, body, why);
}

Child Child::clone(uint64_t namespaces, sys::Birthplace* birthplace,
                   const std::function<void()>& body, Why why) {
  sys::Cloned cloned = sys::clone(namespaces, birthplace, why);
  if (cloned.pid != 0) return {cloned.pid, std::move(cloned.pidfd)};
  try {
    body();
  } catch (...) {
    ::_exit(static_cast<int>(Failure::kRuntime));
  }
  ::_exit(0);
}

Child Child::clone_beyond(const std::function<void()>& gate, uint64_t namespaces,
                          sys::Birthplace* birthplace, const std::function<void()>& body, Why why) {
  Handshake line;
  Pipe number = Pipe::make();
  Child between = clone(
      0, birthplace,
      [&] {
        line.be_child();
        number.read_end.reset();
        try {
          gate();
          const sys::Cloned born = sys::clone(namespaces | CLONE_PARENT, nullptr, why);
          if (born.pid != 0) return write_all(number.write_end, std::to_string(born.pid), "pipe");
        } catch (const std::exception& error) {
          line.fail(error, "");
          return;
        }
        line = Handshake::of_child(Fd());  // neither it nor the pipe is for the child to hold open
        number = Pipe();
        body();
      },
      "in between: it joins what the container shares with others, makes its first process, and "
      "ends");
  line.be_host();
  number.write_end.reset();
  line.await_exec();
  const std::string text = read_all(number.read_end, "pipe");
  const auto pid = parse_number<pid_t>(text);
  between.wait();
  if (!pid) throw Error("the process in between has ended without a child");
  return {*pid, sys::open_pid(*pid).value()};  // nobody else can have its number: it is unreaped
}

Child::~Child() {
  if (!pidfd_) return;
  try {
    sys::send_signal(pidfd_, pid_, SIGKILL, "nobody waits for it any more: it may not stay behind");
  } catch (...) {  // this may run while another error is on its way to the user
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

ExitStatus Child::wait() {
  const int status = wait_for(pid_);
  pidfd_.reset();
  return ExitStatus(status);
}

}  // namespace lockstep
