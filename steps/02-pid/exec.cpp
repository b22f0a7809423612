#include "02-pid/exec.hpp"

#include <sched.h>
#include <unistd.h>

#include "02-pid/undo.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/narrate.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "common/story/program.hpp"

namespace lockstep::pid {
namespace {

/// The container's namespaces, plus those that may not be ours without being new to clone3: the user
/// namespace (borrowed root makes one), a network that it shares with others (lesson 05), and the
/// cgroup and time namespaces, which its first process has made for itself (07, 09). A user namespace
/// that is ours can't be joined again.
uint64_t kinds_to_join(const Story& story, pid_t pid) {
  const auto unless_same = [pid](uint64_t flag, const char* kind) {
    return proc::namespace_of(pid, kind) == proc::namespace_of(0, kind) ? uint64_t{0} : flag;
  };
  const uint64_t others = story.namespaces() & ~uint64_t{CLONE_NEWUSER};
  return others | unless_same(CLONE_NEWUSER, "user") | unless_same(CLONE_NEWNET, "net") |
         unless_same(CLONE_NEWCGROUP, "cgroup") | unless_same(CLONE_NEWTIME, "time");
}

/// Where to, and how.
struct Entry {
  const Fd& target;
  pid_t pid;
  uint64_t kinds;
  bool unseen;
  const std::vector<int>& open;  // but for what is opened from then on
};

/// What the runtime itself must join. Without root it has no power over the container's PID
/// namespace outside of the user namespace that owns it; with root it stays the host's, whose files
/// it may have to write.
uint64_t kinds_for_the_parent() {
  return has_root_powers() ? CLONE_NEWPID : CLONE_NEWPID | CLONE_NEWUSER;
}

void live(Story& story, const oci::Process& process, Handshake& handshake,
          const std::function<void()>& join) {
  handshake.be_child();
  narrate::speak_as("container");
  try {
    if (join) story.outside(process);
    sys::set_dumpable(false,
                      "until execve nobody inside may look into this process: it still holds the "
                      "runtime's memory (CVE-2016-9962)");
    die_with_the_runtime(process);
    handshake.await_release(Stage::kStarted);  // throws if the runtime wasn't there to die with
    if (join) join();
    story.become(process, handshake);
  } catch (const Vanished&) {
    return;  // the runtime has gone: there is nobody to tell
  } catch (const std::exception& error) {
    narrate::flush();
    handshake.fail(error);
  }
}

/// What the runtime and its caller have open, but for what is the program's: none of it may be looked up
/// in /proc/PID/fd from inside.
void leave_outside(Story& story, const oci::Process& process, const std::vector<int>& open) {
  for (const int fd : open) {
    if (fd > STDERR_FILENO + static_cast<int>(process.preserved_descriptors) && !narrate::holds(fd))
      ::close(fd);
  }
  if (sys::Birthplace* const cgroup = story.birthplace()) cgroup->cgroup.reset();
}

/// Whose root is the host's may have CAP_SYS_PTRACE, and then /proc/PID/root of whoever is in its PID
/// namespace is open to it, dumpable or not. So a process that nobody inside can see joins the namespaces,
/// and the one that it makes has never had the host's files. (Not where it tells what it does: it has no
/// /proc either from which it could name itself.)
bool enters_unseen(uint64_t kinds) {
  return has_root_powers() && (kinds & CLONE_NEWNS) != 0 && (kinds & CLONE_NEWUSER) == 0 &&
         !narrate::on();
}

std::vector<int> open_before() {
  if (auto open = sys::open_descriptors()) return std::move(*open);
  throw SysError(errno, "reading \"/proc/self/fd\"", "is /proc mounted?");
}

/// With a number in the container, and on its way to become the program.
Child enter(Story& story, const oci::Process& process, Handshake& handshake, const Entry& entry) {
  const uint64_t by_the_parent = entry.unseen ? 0 : kinds_for_the_parent();
  sys::join_namespaces(
      entry.target, entry.pid, entry.kinds & by_the_parent,
      "the next child will be in the container's PID namespace; this process stays where it is");
  const auto join = [&] {
    sys::join_namespaces(entry.target, entry.pid, entry.kinds & ~by_the_parent,
                         "the container's other namespaces, all at once");
  };
  if (!entry.unseen)
    return Child::clone(
        0, story.birthplace(), [&] { live(story, process, handshake, join); },
        "only a new process can have a number in the container");
  const auto gate = [&] {
    story.outside(process);
    leave_outside(story, process, entry.open);
    join();
  };
  return Child::clone_beyond(
      gate, 0, story.birthplace(), [&] { live(story, process, handshake, nullptr); },
      "only a new process can have a number in the container");
}

}  // namespace

std::optional<ExitStatus> exec(Story& story, const Record& record, const oci::Process& process,
                               const std::string& pid_file, const Attend& attend) {
  const std::vector<int> open = open_before();
  const auto target = locate(record);
  if (!target) {
    throw Error(fmt::format("container {} is {}, not running", quoted(record.id),
                            words(status_now(record))));
  }
  if (record.status == Status::kPaused && !process.though_paused)
    throw Error(fmt::format("container {} is paused", quoted(record.id)),
                fmt::format("`resume {}` first", record.id));
  if (!pid_file.empty()) check_pid_file(pid_file);  // before anything has run
  SignalQueue signals;
  if (FinePrint* const more = story.fine_print()) more->prepare_to_enter(record.pid);
  story.on_the_host_again(record.notes, record.pid, process);
  const uint64_t kinds = kinds_to_join(story, record.pid);
  Handshake handshake;
  Child child =
      enter(story, process, handshake, {*target, record.pid, kinds, enters_unseen(kinds), open});
  handshake.be_host();
  handshake.on_delivery([&story, pid = child.pid()](const Fd& fd) { story.deliver(fd, pid); });
  Created entered{std::move(child), std::move(handshake)};
  entered.handshake.release(Stage::kStarted);
  entered.handshake.await_exec();
  if (!pid_file.empty()) write_pid_file(pid_file, entered.child.pid());
  return attend(entered, signals, process);
}

}  // namespace lockstep::pid
