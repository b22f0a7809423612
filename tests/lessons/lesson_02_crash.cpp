// Lesson 02's details: runtimes that are killed, numbers that come again, two runtimes at once.

#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/lesson_02.hpp"
#include "tests/lessons/listing.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kState{kSee, "the runtime-spec's runtime.md, \"State\""};

void dies_with_its_runtime(Step& step) {
  Container container(step, Mode::kForeground);
  container.runtime().signal(SIGKILL);
  if (container.ends()) return;
  throw Mismatch("kill -9 of " + container.typed(), "the command ends, too", "it runs on");
}

void clears_what_a_killed_runtime_left(Step& step) {
  Container container(step, Mode::kNamed);
  container.runtime().signal(SIGKILL);
  ::kill(container.first(), SIGKILL);
  container.runtime().wait();
  container.ends();
  const Outcome list = step.call({"list"}).exits(0);
  const auto words = line_of(list, container.id());
  const bool runs = std::find(words.begin(), words.end(), "running") != words.end();
  list.expect(!runs, "it isn't shown as running: its runtime and its processes were killed");
  const Outcome deletion = step.call({"delete", "--force", container.id()}).exits(0);
  deletion.expect(!is_listed(step, container.id()), "nothing is left of it");
  step.run({"--id", container.id()}, "echo again").prints("again\n");
}

/// A process of the host's that has the number `pid`. See: clone3(2), set_tid
class Successor {
 public:
  explicit Successor(pid_t pid) : pid_(pid) {
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<uint64_t>(&pid_);
    arguments.set_tid_size = 1;
    const long made = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (made < 0) throw CannotTell("this machine doesn't let a process be made with a certain PID");
    if (made > 0) return;
    for (;;) ::pause();
  }
  Successor(const Successor&) = delete;
  Successor& operator=(const Successor&) = delete;
  ~Successor() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  bool is_alive() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }

 private:
  pid_t pid_;
};

void never_confuses_pids(Step& step) {
  constexpr useconds_t kTwoTicks =
      20'000;  // in which /proc counts start times: nobody can do better
  const Container container(step, Mode::kDetached);
  ::usleep(kTwoTicks);
  ::kill(container.first(), SIGKILL);
  const bool gone = eventually([&] { return !proc::stat(container.first()); });
  if (!gone) throw CannotTell("this machine doesn't reap the container's process");
  const Successor innocent(container.first());
  expect_status(step, container, "stopped");
  step.call({"kill", container.id(), "KILL"});
  const Outcome deletion = step.call({"delete", "--force", container.id()}).exits(0);
  deletion.expect(innocent.is_alive(),
                  "a process of the host's that has got the ended container's PID is let alone");
}

void lets_one_of_two_win(Step& step) {
  constexpr int kRounds = 5;
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = step.new_name();
    const auto words = step.run_words({"--detach", "--id", id}, {"sh", "-c", kWaits, id});
    Process one = step.start(words);
    Process two = step.start(words);
    const Outcome first = step.outcome_of(one, words);
    const Outcome second = step.outcome_of(two, words);
    const Outcome& loser = first.status == 0 ? second : first;
    loser.expect(
        (first.status == 0) != (second.status == 0) && contains(loser.err, id),
        "of two at the same moment one makes the container, the other says that it exists");
    const auto commands = processes_called({"sh", "-c", kWaits, id});
    loser.expect(!commands.empty() && is_listed(step, id), "the winner's container runs");
    step.call({"delete", "--force", id}).exits(0);
  }
}

void refuses_a_taken_id(Step& step) {
  const Container container(step, Mode::kDetached);
  step.run({"--id", container.id()}, "echo it ran").refuses(container.id());
  if (!container.is_alive()) throw Mismatch(container.typed(), "it lives on", "it has ended");
}

}  // namespace

std::vector<Check> crash_checks() {
  const std::vector<std::string> detached = {"--detach", "--id", "list", "delete"};
  return {
      detail("the command ends when its run is killed with -9", {"run"},
             {kSee, "PR_SET_PDEATHSIG in prctl(2)"}, dies_with_its_runtime),
      detail("delete --force clears what a killed run left", {"--id", "list", "delete"}, kState,
             clears_what_a_killed_runtime_left),
      detail("a PID that has come again is not taken for the container", detached,
             {kSee, "start time in proc(5); pidfd_open(2)"}, never_confuses_pids),
      detail("an ID that is taken is refused", detached, kState, refuses_a_taken_id),
      detail("two runs with one ID at once: one of them wins", detached, kState,
             lets_one_of_two_win),
  };
}

}  // namespace lockstep::lessons
