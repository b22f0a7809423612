// Making and joining namespaces, and borrowing root. In processes of their own: nothing of the
// machine's is changed.

#include <fcntl.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>

#include "02-pid/state.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/child.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "tests/support/deny_calls.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/users.hpp"
#include "tests/unit/state_root.hpp"

using namespace lockstep;
using testing::error_of;
using testing::in_child;
using testing::text;

namespace {

#define NEEDS_ROOT() \
  if (::geteuid() != 0) SKIP("needs root: it makes namespaces outside of a user namespace")

std::string host_name() {
  utsname names{};
  return ::uname(&names) == 0 ? names.nodename : "?";
}

/// A process in new namespaces, whose host name is "box".
Child container(uint64_t kinds) {
  Pipe ready = Pipe::make();
  Child child = Child::clone(kinds | CLONE_NEWUTS, [&] {
    sys::set_hostname("box");
    write_all(ready.write_end, "x", "pipe");
    ::pause();
  });
  ready.write_end.reset();
  char c = 0;
  if (::read(ready.read_end.get(), &c, 1) != 1) throw Error("the container didn't come up");
  return child;
}

}  // namespace

TEST_CASE("namespaces: clone puts the child into new ones from its first instruction on") {
  NEEDS_ROOT();
  const std::string before = host_name();
  const Child child = container(CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS);
  for (const char* kind : {"uts", "pid", "ipc", "mnt"}) {
    CHECK(proc::namespace_of(child.pid(), kind) != proc::namespace_of(0, kind));
  }
  CHECK(proc::namespace_of(child.pid(), "net") == proc::namespace_of(0, "net"));
  CHECK(host_name() == before);
}

TEST_CASE("namespaces: the kernel's own numbers for what can't be cloned become words") {
  NEEDS_ROOT();
  const std::string error = error_of([] { Child::clone(CLONE_NEWNS | CLONE_FS, [] {}); });
  CHECK(text(error) == doctest::Contains("clone3({flags=CLONE_NEWNS|CLONE_PIDFD|0x200,"));
  CHECK(text(error) == doctest::Contains("Invalid argument (EINVAL)"));
}

TEST_CASE("namespaces: join takes several at once, by the process and not by its number") {
  NEEDS_ROOT();
  const Child child = container(CLONE_NEWIPC);
  CHECK(in_child([&] {
          sys::join_namespaces(child.pidfd(), child.pid(), CLONE_NEWUTS | CLONE_NEWIPC);
          const bool same = proc::namespace_of(0, "ipc") == proc::namespace_of(child.pid(), "ipc");
          return host_name() + (same ? " same ipc" : " other ipc");
        }) == "box same ipc");
}

TEST_CASE("namespaces: before kernel 5.8 they are joined one after another, with the same end") {
  NEEDS_ROOT();
  const Child child = container(CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWPID);
  CHECK(in_child([&] {
          testing::deny_calls({{"setns"}});
          sys::join_namespaces(child.pidfd(), child.pid(),
                               CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNS);
          std::string out = host_name();
          for (const char* kind : {"ipc", "mnt", "pid_for_children"}) {
            const char* theirs = std::string(kind) == "pid_for_children" ? "pid" : kind;
            const auto inode = [](const std::string& name) { return name.substr(name.find(':')); };
            const bool same = inode(proc::namespace_of(0, kind)) ==
                              inode(proc::namespace_of(child.pid(), theirs));
            out += same ? " same" : " other";
          }
          return out;
        }) == "box same same same");
}

TEST_CASE("namespaces: a process that has ended can't be joined, whoever has its number now") {
  NEEDS_ROOT();
  Child ended = container(0);
  const Fd pidfd = ended.pidfd().duplicate();
  const pid_t pid = ended.pid();
  sys::send_signal(pidfd, pid, SIGKILL);
  ended.wait();
  CHECK(in_child([&]() -> std::string {
          sys::join_namespaces(pidfd, pid, CLONE_NEWUTS);
          return "joined";
        }) ==
        "setns(PID " + std::to_string(pid) +
            ", CLONE_NEWUTS): No such process (ESRCH)\nhint: the container's first process has "
            "just ended");
  CHECK_FALSE(sys::send_signal(pidfd, pid, 0));
}

TEST_CASE("namespaces: one by one, too, a number that another process has by now isn't joined") {
  NEEDS_ROOT();
  const Child other = container(0);
  Child ended = Child::clone(0, [] {});
  const Fd pidfd = ended.pidfd().duplicate();
  ended.wait();
  CHECK(text(in_child([&]() -> std::string {
          testing::deny_calls({{"setns"}});
          sys::join_namespaces(pidfd, other.pid(), CLONE_NEWUTS | CLONE_NEWIPC);
          return "joined the wrong one";
        })) == doctest::Contains("No such process (ESRCH)"));
}

TEST_CASE("namespaces: joining another user's container says whose it is") {
  NEEDS_ROOT();
  const Child child = container(0);
  CHECK(text(in_child([&]() -> std::string {
          testing::become_somebody();
          sys::join_namespaces(child.pidfd(), child.pid(), CLONE_NEWUTS);
          return "joined";
        })) == doctest::Contains("Operation not permitted (EPERM)\nhint: the container belongs to "
                                 "another user, or this process has no CAP_SYS_ADMIN"));
}

TEST_CASE("names: too long a name, and a name without the right to change it") {
  NEEDS_ROOT();
  CHECK(in_child([]() -> std::string {
          sys::unshare(CLONE_NEWUTS);
          sys::set_hostname(std::string(65, 'x'));
          return "set";
        }) ==
        "sethostname(\"" + std::string(65, 'x') +
            "\"): Invalid argument (EINVAL)\nhint: a host or domain name has at most 64 bytes");
  CHECK(in_child([]() -> std::string {
          testing::become_somebody();
          sys::set_domainname("x");
          return "set";
        }) ==
        "setdomainname(\"x\"): Operation not permitted (EPERM)\nhint: changing the name needs "
        "CAP_SYS_ADMIN over the UTS namespace");
}

TEST_CASE("borrowed root: an ordinary user is shown as root, and owns what is theirs") {
  const std::string why_not = testing::why_no_user_namespace();
  if (!why_not.empty()) SKIP(why_not);
  CHECK(in_child([] {
          testing::become_somebody();
          const uid_t uid = ::geteuid();
          ::close(STDERR_FILENO);
          borrow_root_if_needed();
          const bool remembered = caller_uid() == uid && uid != 0;
          const bool powers = has_root_powers() && ::geteuid() == 0 && ::getegid() == 0;
          sys::unshare(CLONE_NEWUTS);
          sys::set_hostname("box");
          return fmt::format("{} {} {}", remembered, powers, host_name());
        }) == "true true box");
}

TEST_CASE("borrowed root: it says so in one line; who has root borrows none and says nothing") {
  const auto said = [](bool as_somebody) {
    const testing::TempDir folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    return in_child([&] {
      if (as_somebody) testing::become_somebody();
      const Fd log = sys::open(folder / "log", O_RDWR | O_CREAT, 0600);
      ::dup2(log.get(), STDERR_FILENO);
      borrow_root_if_needed();
      return proc::read_file("/proc/self/fd/2").value_or("?");
    });
  };
  const std::string why_not = testing::why_no_user_namespace();
  if (!why_not.empty()) SKIP(why_not);
  const uid_t uid = ::geteuid() == 0 ? testing::kSomebody : ::geteuid();
  CHECK(said(true) ==
        fmt::format("(not root: borrowed root in a user namespace, where uid {} is shown as "
                    "0)\n",
                    uid));
  if (::geteuid() == 0) CHECK(said(false).empty());
}

TEST_CASE("borrowed root: a state folder that somebody else made first is not used") {
  NEEDS_ROOT();
  const std::string why_not = testing::why_no_user_namespace();
  if (!why_not.empty()) SKIP(why_not);
  const testing::TempDir trap;  // root's, but anybody could put a container there
  std::filesystem::permissions(trap.path(), std::filesystem::perms::all);
  testing::StateRoot::set(trap.path());
  for (const bool borrow : {false, true}) {
    CHECK(text(in_child([&]() -> std::string {
            testing::become_somebody();
            ::close(STDERR_FILENO);
            if (borrow) borrow_root_if_needed();
            const std::string making = error_of([] { pid::State::make("box", {}); });
            const std::string opening = error_of([] { pid::State::open("box"); });
            return making == opening ? making : fmt::format("{} but {}", making, opening);
          })) ==
          doctest::Contains(", not to uid 61234\nhint: choose a folder of your own with --root"));
  }
}
