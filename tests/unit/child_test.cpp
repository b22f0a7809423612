#include "common/os/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <stdexcept>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "tests/support/deny_calls.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/users.hpp"

using namespace lockstep;
using testing::in_child;
using testing::text;

namespace {

void sleep_long() { ::sleep(1000); }

/// What wait(2) says of a process that nobody waits for any more.
bool is_reaped(pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) < 0 && errno == ECHILD; }

struct Failing {};

}  // namespace

TEST_CASE("child: its exit code is what a shell would show") {
  for (const int code : {0, 1, 3, 127, 255}) {
    const ExitStatus end = Child::clone(0, [&] { ::_exit(code); }).wait();
    CHECK(end.shell_code() == code);
    CHECK(end.words() == "exited with " + std::to_string(code));
  }
}

TEST_CASE("child: one that a signal ended shows as 128 and the signal") {
  Child child = Child::clone(0, sleep_long);
  ::kill(child.pid(), SIGHUP);
  const ExitStatus end = child.wait();
  CHECK(end.shell_code() == 129);
  CHECK(end.words() == "was killed by SIGHUP");
}

TEST_CASE("child: what falls through ends with 0, and never returns into the parent's code") {
  CHECK(Child::clone(0, [] {}).wait().shell_code() == 0);
}

TEST_CASE("child: an exception that nobody caught ends it with 125") {
  CHECK(Child::clone(0, [] { throw std::runtime_error("x"); }).wait().shell_code() == 125);
  CHECK(Child::clone(0, [] { throw Failing(); }).wait().shell_code() == 125);
}

TEST_CASE("child: dropped, it is killed and reaped") {
  pid_t pid = 0;
  {
    const Child child = Child::clone(0, sleep_long);
    pid = child.pid();
    CHECK(::kill(pid, 0) == 0);
  }
  CHECK(is_reaped(pid));
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("child: dropped by an exception, it is killed too, and the exception goes on") {
  pid_t pid = 0;
  try {
    const Child child = Child::clone(0, sleep_long);
    pid = child.pid();
    throw SysError(EXDEV, "the real reason");
  } catch (const SysError& error) {
    CHECK(error.code() == EXDEV);
  }
  CHECK(is_reaped(pid));
}

TEST_CASE("child: moved, it has one owner") {
  Child first = Child::clone(0, sleep_long);
  const pid_t pid = first.pid();
  {
    const Child second = std::move(first);
    CHECK(second.pid() == pid);
  }
  CHECK(is_reaped(pid));
}

TEST_CASE("child: let go of, it lives on") {
  pid_t pid = 0;
  {
    Child child = Child::clone(0, sleep_long);
    pid = child.pid();
    child.forget();
  }
  CHECK(::kill(pid, SIGKILL) == 0);
  CHECK(::waitpid(pid, nullptr, 0) == pid);
}

TEST_CASE("child: its pidfd tells its end, and is no longer there after it was reaped") {
  Child child = Child::clone(0, sleep_long);
  CHECK_FALSE(sys::wait_for_end(child.pidfd(), 0));
  CHECK((::fcntl(child.pidfd().get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(sys::send_signal(child.pidfd(), child.pid(), SIGKILL));
  CHECK(sys::wait_for_end(child.pidfd(), 10000));
  child.wait();
  CHECK_FALSE(child.pidfd());
}

TEST_CASE("child: an older kernel's clone does the same") {
  CHECK(in_child([] {
          testing::deny_calls({{"clone3"}});
          Child child = Child::clone(0, [] { ::_exit(7); });
          const bool right = sys::wait_for_end(child.pidfd(), 10000);
          return fmt::format("{} {}", right, child.wait().words());
        }) == "true exited with 7");
}

TEST_CASE("child: namespaces without the right to make them: the flags, the errno, the way out") {
  const auto refused = [] {
    testing::become_somebody();
    Child::clone(CLONE_NEWUTS | CLONE_NEWPID, [] {});
    return std::string("no error");
  };
  const std::string tail =
      "): Operation not permitted (EPERM)\nhint: new namespaces need CAP_SYS_ADMIN: run as root, "
      "or "
      "let the step borrow root in a user namespace";
  const std::string flags = "{flags=CLONE_NEWUTS|CLONE_NEWPID|CLONE_PIDFD, exit_signal=SIGCHLD}";
  CHECK(in_child(refused) == "clone3(" + flags + tail);
  // The same from a kernel, or out of a sandbox, without clone3.
  for (const int code : {ENOSYS, EPERM}) {
    const std::string words = in_child([&] {
      testing::deny_calls({{"clone3", code}});
      return refused();
    });
    CHECK(text(words) == doctest::Contains("CLONE_NEWUTS|CLONE_NEWPID|CLONE_PIDFD"));
    CHECK(text(words) == doctest::Contains(tail.c_str()));
  }
}

TEST_CASE(
    "child: one that is born beyond a gate is this process's own, and the one in between is gone") {
  Pipe told = Pipe::make();
  Child child =
      Child::clone_beyond([&] { write_all(told.write_end, std::to_string(::getpid()), "pipe"); }, 0,
                          nullptr, [] { ::_exit(7); });
  told.write_end.reset();
  const pid_t between = std::stoi(read_all(told.read_end, "pipe"));
  CHECK(between != child.pid());
  CHECK(is_reaped(between));
  CHECK(child.wait().shell_code() == 7);
}

TEST_CASE("child: what a gate throws is thrown here, with nobody left") {
  const auto beyond = [](const std::function<void()>& gate) {
    const Child child = Child::clone_beyond(gate, 0, nullptr, sleep_long);
  };
  CHECK_THROWS_WITH_AS(beyond([] { throw SysError(EPERM, "setns(7)", "because"); }),
                       "setns(7): Operation not permitted (EPERM)", SysError);
  CHECK_THROWS_WITH_AS(beyond([] { ::_exit(0); }),
                       "the process in between has ended without a child", Error);
  CHECK(is_reaped(-1));
}
