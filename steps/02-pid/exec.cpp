#include "02-pid/exec.hpp"

#include <sched.h>

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
    story.outside(process);
    sys::set_dumpable(false,
                      "until execve nobody inside may look into this process: it still holds the "
                      "runtime's memory (CVE-2016-9962)");
    die_with_the_runtime(process);
    handshake.await_release(Stage::kStarted);  // throws if the runtime wasn't there to die with
    join();
    story.become(process, handshake);
  } catch (const Vanished&) {
    return;  // the runtime has gone: there is nobody to tell
  } catch (const std::exception& error) {
    narrate::flush();
    handshake.fail(error);
  }
}

}  // namespace

std::optional<ExitStatus> exec(Story& story, const Record& record, const oci::Process& process,
                               const std::string& pid_file, const Attend& attend) {
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
  const uint64_t by_the_parent = kinds_for_the_parent();
  sys::join_namespaces(
      *target, record.pid, kinds & by_the_parent,
      "the next child will be in the container's PID namespace; this process stays where it is");
  Handshake handshake;
  const auto join = [&] {
    sys::join_namespaces(*target, record.pid, kinds & ~by_the_parent,
                         "the container's other namespaces, all at once");
  };
  Child child = Child::clone(
      0, story.birthplace(), [&] { live(story, process, handshake, join); },
      "only a new process can have a number in the container");
  handshake.be_host();
  handshake.on_delivery([&story, pid = child.pid()](const Fd& fd) { story.deliver(fd, pid); });
  Created entered{std::move(child), std::move(handshake)};
  entered.handshake.release(Stage::kStarted);
  entered.handshake.await_exec();
  if (!pid_file.empty()) write_pid_file(pid_file, entered.child.pid());
  return attend(entered, signals, process);
}

}  // namespace lockstep::pid
