// Lesson 02's details: kill and delete.

#include <csignal>

#include "common/os/error.hpp"
#include "tests/lessons/lesson_02.hpp"
#include "tests/lessons/listing.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kSignals{kSee, "kill(2), signal(7)"};
constexpr Reading kState{kSee, "the runtime-spec's runtime.md, \"State\""};

/// Counts the signals that it is sent: "got USR1".
constexpr const char* kCounts =
    "trap 'echo got TERM' TERM; trap 'echo got USR1' USR1; echo ready; while :; do sleep 0.02; "
    "done";

void sends_any_signal(Step& step) {
  for (const std::string& name :
       {std::string("SIGUSR1"), std::string("USR1"), std::to_string(SIGUSR1)}) {
    const Container container(step, Mode::kDetached, {}, kCounts);
    const Outcome kill = step.call({"kill", container.id(), name}).exits(0);
    container.expect_says("got USR1\n", kill.command);
  }
  const Container container(step, Mode::kDetached, {}, kCounts);
  const Outcome kill = step.call({"kill", container.id()}).exits(0);
  container.expect_says("got TERM\n", kill.command);
}

void refuses_wrong_signals(Step& step) {
  const Container container(step, Mode::kDetached);
  for (const char* name : {"NOSUCH", "0x9", "-1", "999"}) {
    const Outcome kill = step.call({"kill", container.id(), name}).refuses();
    kill.expect(container.is_alive(), "the container lives on");
  }
  ::kill(container.first(), SIGKILL);
  container.ends();
  step.call({"kill", container.id(), "TERM"}).refuses(container.id());
}

void signals_all(Step& step) {
  const std::string child =
      "(trap 'echo the child got it; exit' USR1; echo the child waits; while :; do sleep 0.02; "
      "done) & ";
  const Container container(step, Mode::kDetached, {}, child + kCounts);
  container.expect_says("the child waits\n", container.typed());
  const Outcome kill = step.call({"kill", "--all", container.id(), "USR1"}).exits(0);
  container.expect_says("got USR1\n", kill.command);
  container.expect_says("the child got it\n", kill.command);
}

void spares_what_runs(Step& step) {
  const Container container(step, Mode::kDetached);
  const Outcome deletion = step.call({"delete", container.id()}).refuses(container.id());
  deletion.expect(container.is_alive(), "the container lives on");
  expect_status(step, container, "running");
}

void deletes_by_force(Step& step) {
  const Container container(step, Mode::kDetached);
  const Outcome deletion = step.call({"delete", "--force", container.id()}).exits(0);
  deletion.expect(!container.is_alive(), "it has ended when delete comes back");
  deletion.expect(!is_listed(step, container.id()), "`list` doesn't show it any more");
  step.run({"--id", container.id()}, "echo again").prints("again\n");
}

void knows_what_is_missing(Step& step) {
  for (const char* command : {"kill", "delete"})
    step.call({command, "no-such-container"}).refuses("no-such-container");
}

}  // namespace

std::vector<Check> kill_checks() {
  const auto needs = [](std::vector<std::string> more) {
    more.insert(more.end(), {"--detach", "--id"});
    return more;
  };
  return {
      detail("kill takes names and numbers, and sends TERM by default", needs({"kill"}), kSignals,
             sends_any_signal),
      detail("kill refuses what is no signal, and what doesn't run", needs({"kill"}), kSignals,
             refuses_wrong_signals),
      detail("kill --all reaches every process", needs({"kill", "kill --all"}), kSignals,
             signals_all),
      detail("delete refuses a container that runs", needs({"delete", "list"}), kState,
             spares_what_runs),
      detail("delete --force ends it; its ID is free again",
             needs({"delete", "delete --force", "list"}), kState, deletes_by_force),
      detail("kill and delete say so if there is no such container", {"kill", "delete"}, kState,
             knows_what_is_missing),
  };
}

}  // namespace lockstep::lessons
