// Lesson 02's details: list, ps, kill, delete.

#include <algorithm>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/lesson_02.hpp"
#include "tests/lessons/listing.hpp"

namespace lockstep::lessons {
namespace {

constexpr Part kPart = Part::kDetail;
constexpr Reading kState{kSee, "the runtime-spec's runtime.md, \"State\""};
constexpr Reading kSignals{kSee, "kill(2), signal(7)"};

/// Counts the signals that it is sent: "got USR1".
constexpr const char* kCounts =
    "trap 'echo got TERM' TERM; trap 'echo got USR1' USR1; echo ready; while :; do sleep 0.02; done";

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void stop(const Container& container) {
  ::kill(container.first(), SIGKILL);
  container.ends();
}

void lists_a_table(Step& step) {
  const Container container(step, Mode::kDetached);
  const Outcome list = step.call({"list"});
  const auto words = line_of(list, container.id());
  list.expect(list.status == 0 && has(words, std::to_string(container.first())) && has(words, "running"),
              fmt::format("a line with {}, its PID {}, and \"running\"", container.id(), container.first()));
}

void lists_ids_only(Step& step) {
  const Container one(step, Mode::kDetached);
  const Container two(step, Mode::kDetached);
  const Outcome list = step.call({"list", "-q"});
  auto ids = lines_of(list.out);
  std::sort(ids.begin(), ids.end());
  std::vector<std::string> expected = {one.id(), two.id()};
  std::sort(expected.begin(), expected.end());
  list.expect(list.status == 0 && ids == expected, "the two IDs, one a line, and nothing else");
}

void lists_json(Step& step) {
  const Container container(step, Mode::kDetached);
  const Outcome list = step.call({"list", "-f", "json"}).exits(0);
  const std::string expected = fmt::format(
      R"(an array with an object that has "id": "{}", "pid": {}, "status": "running")", container.id(),
      container.first());
  try {
    const auto found = parse_list(list.out);
    list.expect(std::any_of(found.begin(), found.end(), [&](const Listed& item) {
      return item.id == container.id() && item.pid == container.first() && item.status == "running";
    }), expected);
  } catch (const Error& error) {
    throw Mismatch(list.command, expected, error.what());
  }
}

void lists_what_stopped(Step& step) {
  const Container container(step, Mode::kDetached);
  stop(container);
  expect_status(step, container, "stopped");
}

void lists_the_foreground(Step& step) {
  std::string id;
  {
    Container container(step, Mode::kForeground);
    id = container.id();
    expect_status(step, container, "running");
    ::kill(container.first(), SIGKILL);
    container.runtime().wait();
    const Outcome list = step.call({"list"});
    list.expect(line_of(list, id).empty(), "nothing is left of a container whose run has ended");
  }
}

void shows_processes(Step& step) {
  const Container container(step, Mode::kDetached);
  const Outcome ps = step.call({"ps", container.id()});
  bool found = false;
  for (const std::string& line : lines_of(ps.out)) {
    found = found || has(words_of(line), std::to_string(container.first()));
  }
  const bool child = contains(ps.out, "sleep");
  ps.expect(ps.status == 0 && found && child,
            fmt::format("a line with {}, its process 1, and one for its child sleep", container.first()));
}

void shows_processes_as_json(Step& step) {
  const Container container(step, Mode::kDetached);
  const Outcome ps = step.call({"ps", "-f", "json", container.id()}).exits(0);
  const std::string expected =
      fmt::format("an array of two PIDs, one of them {}", container.first());
  try {
    const auto pids = parse_pids(ps.out);
    const bool found = std::find(pids.begin(), pids.end(), container.first()) != pids.end();
    ps.expect(found && pids.size() == 2, expected);
  } catch (const Error& error) {
    throw Mismatch(ps.command, expected, error.what());
  }
}

void sends_any_signal(Step& step) {
  for (const std::string& name : {std::string("SIGUSR1"), std::string("USR1"), std::to_string(SIGUSR1)}) {
    const Container container(step, Mode::kDetached, {}, kCounts);
    const Outcome kill = step.call({"kill", container.id(), name}).exits(0);
    kill.expect(container.says("got USR1\n"), "the container's process 1 gets SIGUSR1");
  }
  const Container container(step, Mode::kDetached, {}, kCounts);
  const Outcome kill = step.call({"kill", container.id()}).exits(0);
  kill.expect(container.says("got TERM\n"), "without a name it is SIGTERM");
}

void refuses_wrong_signals(Step& step) {
  const Container container(step, Mode::kDetached);
  for (const char* name : {"NOSUCH", "0x9", "-1", "999"}) {
    const Outcome kill = step.call({"kill", container.id(), name}).refuses();
    kill.expect(container.is_alive(), "the container lives on");
  }
  stop(container);
  step.call({"kill", container.id(), "TERM"}).refuses(container.id());
}

void signals_all(Step& step) {
  const std::string child = "(trap 'echo the child, too; exit' USR1; echo ready; while :; do sleep 0.02; done) & ";
  const Container container(step, Mode::kDetached, {}, child + kCounts);
  const Outcome kill = step.call({"kill", "--all", container.id(), "USR1"}).exits(0);
  kill.expect(container.says("got USR1\n") && container.says("the child, too\n"),
              "every process of the container gets the signal");
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
  for (const char* command : {"kill", "delete"}) step.call({command, "no-such-container"}).refuses("no-such-container");
}

}  // namespace

std::vector<Check> manage_checks() {
  const auto needs = [](std::vector<std::string> more) {
    more.insert(more.end(), {"--detach", "--id"});
    return more;
  };
  return {
      {kPart, "list has a line with ID, PID and status", needs({"list"}), kState, lists_a_table},
      {kPart, "list -q prints the IDs only", needs({"list"}), kState, lists_ids_only},
      {kPart, "list -f json prints an array", needs({"list"}), kState, lists_json},
      {kPart, "list shows a container that ended as stopped", needs({"list"}), kState, lists_what_stopped},
      {kPart, "list shows one in the foreground, and nothing of it afterwards", {"--id", "list"}, kState, lists_the_foreground},
      {kPart, "ps shows its processes as the host numbers them", needs({"ps"}), kState, shows_processes},
      {kPart, "ps -f json prints an array of PIDs", needs({"ps"}), kState, shows_processes_as_json},
      {kPart, "kill takes names and numbers, and sends TERM by default", needs({"kill"}), kSignals, sends_any_signal},
      {kPart, "kill refuses what is no signal, and what doesn't run", needs({"kill"}), kSignals, refuses_wrong_signals},
      {kPart, "kill --all reaches every process", needs({"kill", "kill --all"}), kSignals, signals_all},
      {kPart, "delete refuses a container that runs", needs({"delete", "list"}), kState, spares_what_runs},
      {kPart, "delete --force ends it; its ID is free again", needs({"delete", "delete --force", "list"}), kState, deletes_by_force},
      {kPart, "kill and delete say so if there is no such container", {"kill", "delete"}, kState, knows_what_is_missing},
  };
}

}  // namespace lockstep::lessons
