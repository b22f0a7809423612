// What lesson 02 promises: processes of the container's own, which can be found again. Here its
// core.

#include "tests/lessons/lesson_02.hpp"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include <csignal>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/listing.hpp"
#include "tests/lessons/victim.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kNamespaces{kIdea, "pid_namespaces(7)"};

void is_process_one(Step& step) { step.run({}, "echo $$").prints("1\n"); }

void cannot_reach_host_processes(Step& step) {
  const Victim victim;
  const Outcome outcome =
      step.run({}, fmt::format("kill -KILL {0} && echo killed {0}; true", victim.pid()));
  outcome.expect(victim.is_alive() && outcome.out.empty() && outcome.status == 0,
                 fmt::format("no such process, and the host's process {} lives on", victim.pid()));
}

/// A System V shared memory segment of the host's, for as long as it is looked for.
class SharedMemory {
 public:
  SharedMemory() : id_(::shmget(kKey, 4096, IPC_CREAT | 0666)) {
    if (id_ < 0) throw CannotTell("this machine has no System V shared memory");
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { ::shmctl(id_, IPC_RMID, nullptr); }

  static constexpr key_t kKey = 190271131;

 private:
  int id_;
};

void cannot_see_shared_memory(Step& step) {
  const SharedMemory segment;
  const std::string key = std::to_string(SharedMemory::kKey);
  if (!contains(proc::read_file("/proc/sysvipc/shm").value_or(""), key)) {
    throw CannotTell("/proc/sysvipc/shm doesn't list this machine's shared memory");
  }
  const Outcome outcome = step.run({}, "cat /proc/sysvipc/shm");
  outcome.expect(
      outcome.status == 0 && contains(outcome.out, "shmid") && !contains(outcome.out, key),
      fmt::format("a list without the host's segment, whose key is {}", key));
}

void all_end_with_the_first(Step& step) {
  const std::string time = fmt::format("30.{}", ::getpid());
  const Outcome outcome = step.run({}, fmt::format("sleep {} & sleep 0.1; echo left one", time));
  outcome.prints("left one\n");
  const bool gone = eventually(
      [&] {
        return processes_called({"sleep", time}).empty();
      },
      std::chrono::seconds(1));
  outcome.expect(gone, "no process is left when the command has ended, which was its process 1");
}

void runs_detached(Step& step) {
  const Container container(step, Mode::kDetached);
  expect_status(step, container, "running");
  if (!container.is_alive()) throw Mismatch(container.typed(), "it runs on", "it has ended");
}

void exec_joins(Step& step) {
  const std::string look = "readlink /proc/self/ns/pid";
  const Container container(step, Mode::kDetached, {}, look + "; " + kWaits);
  const Outcome outcome =
      step.call({"exec", container.id(), "sh", "-c", look + "; exit 7"}).exits(7);
  outcome.expect(contains(outcome.out, "pid:[") && contains(container.runtime().out(), outcome.out),
                 "the command is in the container's PID namespace");
}

void ends_and_is_forgotten(Step& step) {
  const Container container(step, Mode::kDetached);
  const Outcome kill = step.call({"kill", container.id(), "KILL"}).exits(0);
  kill.expect(container.ends(), "the container's processes end");
  const Outcome deletion = step.call({"delete", container.id()}).exits(0);
  deletion.expect(!is_listed(step, container.id()), "`list` doesn't show it any more");
}

}  // namespace

Lesson lesson_02() {
  Lesson lesson{"02", "02-pid", {"run"}, {}};
  lesson.checks = {
      core("the command is process 1 of its container", {"run"}, kNamespaces, is_process_one),
      core("a process of the host's can't be signalled", {},
           {kAttack, "kill(2), pid_namespaces(7)"}, cannot_reach_host_processes),
      core("the host's System V shared memory is out of sight", {}, {kAttack, "ipc_namespaces(7)"},
           cannot_see_shared_memory),
      core("all its processes end with its process 1", {}, kNamespaces, all_end_with_the_first),
      core("--detach leaves it running, and list shows it", {"--detach", "--id", "list"},
           {kSee, "setsid(2)"}, runs_detached),
      core("exec runs another command in it", {"--detach", "--id", "exec"},
           {kLines, "setns(2): why joining a PID namespace takes a fork"}, exec_joins),
      core("kill ends it, delete forgets it", {"--detach", "--id", "kill", "delete", "list"},
           {kSee, "kill(2)"}, ends_and_is_forgotten),
  };
  for (const auto& checks :
       {foreground_checks(), exec_checks(), list_checks(), kill_checks(), crash_checks()}) {
    lesson.checks.insert(lesson.checks.end(), checks.begin(), checks.end());
  }
  return lesson;
}

}  // namespace lockstep::lessons
