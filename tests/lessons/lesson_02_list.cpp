// Lesson 02's details: list and ps.

#include <algorithm>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/lesson_02.hpp"
#include "tests/lessons/listing.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kState{kSee, "the runtime-spec's runtime.md, \"State\""};

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void lists_a_table(Step& step) {
  const Container container(step, Mode::kDetached);
  const Outcome list = step.call({"list"});
  const auto words = line_of(list, container.id());
  list.expect(
      list.status == 0 && has(words, std::to_string(container.first())) && has(words, "running"),
      fmt::format("a line with {}, its PID {}, and \"running\"", container.id(),
                  container.first()));
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
  const std::string expected =
      fmt::format(R"(an array with an object that has "id": "{}", "pid": {}, "status": "running")",
                  container.id(), container.first());
  try {
    const auto found = parse_list(list.out);
    list.expect(std::any_of(found.begin(), found.end(),
                            [&](const Listed& item) {
                              return item.id == container.id() && item.pid == container.first() &&
                                     item.status == "running";
                            }),
                expected);
  } catch (const Error& error) {
    throw Mismatch(list.command, expected, error.what());
  }
}

void lists_what_stopped(Step& step) {
  const Container container(step, Mode::kDetached);
  ::kill(container.first(), SIGKILL);
  container.ends();
  expect_status(step, container, "stopped");
}

void lists_the_foreground(Step& step) {
  Container container(step, Mode::kNamed);
  expect_status(step, container, "running");
  ::kill(container.first(), SIGKILL);
  container.runtime().wait();
  const Outcome list = step.call({"list"});
  list.expect(line_of(list, container.id()).empty(),
              "nothing is left of a container whose run has ended");
}

void shows_processes(Step& step) {
  const Container container(step, Mode::kDetached);
  const Outcome ps = step.call({"ps", container.id()});
  bool found = false;
  for (const std::string& line : lines_of(ps.out)) {
    found = found || has(words_of(line), std::to_string(container.first()));
  }
  const bool child = contains(ps.out, "sleep");
  ps.expect(
      ps.status == 0 && found && child,
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

}  // namespace

std::vector<Check> list_checks() {
  const auto needs = [](std::vector<std::string> more) {
    more.insert(more.end(), {"--detach", "--id"});
    return more;
  };
  return {
      detail("list has a line with ID, PID and status", needs({"list"}), kState, lists_a_table),
      detail("list -q prints the IDs only", needs({"list"}), kState, lists_ids_only),
      detail("list -f json prints an array", needs({"list"}), kState, lists_json),
      detail("list shows a container that ended as stopped", needs({"list"}), kState,
             lists_what_stopped),
      detail("list shows one in the foreground, and nothing of it afterwards", {"--id", "list"},
             kState, lists_the_foreground),
      detail("ps shows its processes as the host numbers them", needs({"ps"}), kState,
             shows_processes),
      detail("ps -f json prints an array of PIDs", needs({"ps"}), kState, shows_processes_as_json),
  };
}

}  // namespace lockstep::lessons
