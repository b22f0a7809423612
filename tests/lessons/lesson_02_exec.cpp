// Lesson 02's details: exec.

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/lesson_02.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kJoin{kLines, "setns(2), pid_namespaces(7)"};
constexpr Reading kExec{kSee, "execve(2)"};

Outcome exec(Step& step, const Container& container, const std::vector<std::string>& options,
             const std::string& script, const How& how = {}) {
  std::vector<std::string> words = {"exec"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {container.id(), "sh", "-c", script});
  return step.call(words, how);
}

void joins_every_namespace(Step& step) {
  const std::string look = "for kind in uts pid ipc; do readlink /proc/self/ns/$kind; done";
  const Container container(step, Mode::kDetached, {}, look + "; " + kWaits);
  const Outcome outcome = exec(step, container, {}, look).exits(0);
  const auto own = lines_of(container.runtime().out());
  const auto joined = lines_of(outcome.out);
  const bool all = std::all_of(joined.begin(), joined.end(), [&](const std::string& name) {
    return std::find(own.begin(), own.end(), name) != own.end();
  });
  outcome.expect(all && joined.size() == 3, "the same three namespaces as the container's: " +
                                                quoted(container.runtime().out()));
}

void returns_the_status(Step& step) {
  const Container container(step, Mode::kDetached);
  exec(step, container, {}, "exit 3").exits(3);
  exec(step, container, {}, "kill -KILL $$").exits(128 + SIGKILL);
  step.call({"exec", container.id(), "no-such-command"}).refuses("no-such-command").exits(127);
}

void passes_standard_files(Step& step) {
  const Container container(step, Mode::kDetached);
  How how;
  how.input = "typed\n";
  exec(step, container, {}, "cat", how).prints("typed\n");
}

void sets_variables(Step& step) {
  const Container container(step, Mode::kDetached);
  exec(step, container, {"--env", "COLOUR=dark blue"}, "echo \"$COLOUR\"").prints("dark blue\n");
}

void sets_the_directory(Step& step) {
  const Container container(step, Mode::kDetached);
  exec(step, container, {"--cwd", "/tmp"}, "pwd").prints("/tmp\n");
}

void detaches(Step& step) {
  const Container container(step, Mode::kDetached);
  const std::string time = fmt::format("30.{}", ::getpid());
  const Outcome outcome = exec(step, container, {"--detach"}, "exec sleep " + time).exits(0);
  outcome.expect(eventually([&] {
                   return processes_called({"sleep", time}).size() == 1;
                 }),
                 "it comes back while the command runs");
}

void ends_with_the_container(Step& step) {
  const Container container(step, Mode::kDetached);
  const std::string time = fmt::format("30.{}", ::getpid());
  const std::vector<std::string> words = {"exec", container.id(), "sleep", time};
  Process process = step.start(words);
  const bool runs = eventually([&] { return !processes_called({"sleep", time}).empty(); });
  ::kill(container.first(), SIGKILL);
  const Outcome outcome = step.outcome_of(process, words);
  outcome.expect(runs && outcome.status == 128 + SIGKILL,
                 "when the container ends, the kernel kills it: exit status 137");
}

void refuses_what_doesnt_run(Step& step) {
  const Container container(step, Mode::kDetached);
  ::kill(container.first(), SIGKILL);
  container.ends();
  exec(step, container, {}, "echo it ran").refuses(container.id());
  step.call({"exec", "no-such-container", "true"}).refuses("no-such-container");
}

}  // namespace

std::vector<Check> exec_checks() {
  const std::vector<std::string> needs = {"exec", "--detach", "--id"};
  const auto with = [&](const std::string& option) {
    auto more = needs;
    more.push_back(option);
    return more;
  };
  return {
      detail("exec joins each of the container's namespaces", needs, kJoin, joins_every_namespace),
      detail("exec returns the command's status", needs, kExec, returns_the_status),
      detail("exec passes standard input and output on", needs, kExec, passes_standard_files),
      detail("exec --env gives it a variable", with("exec --env"), kExec, sets_variables),
      detail("exec --cwd starts it in another folder", with("exec --cwd"), kExec,
             sets_the_directory),
      detail("exec --detach leaves it running", with("exec --detach"), kExec, detaches),
      detail("a command of exec's ends with the container", needs, kJoin, ends_with_the_container),
      detail("exec refuses a container that doesn't run", needs, kExec, refuses_what_doesnt_run),
  };
}

}  // namespace lockstep::lessons
