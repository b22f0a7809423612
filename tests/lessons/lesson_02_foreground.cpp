// Lesson 02's details: run in the foreground, --init, --pid-file, IDs.

#include <unistd.h>

#include <csignal>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "common/os/words.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/lesson_02.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kSignals{kSee, "signal(7); pid_namespaces(7), \"The namespace init process\""};
constexpr Reading kInit{kSee, "pid_namespaces(7), \"The namespace init process\""};

/// How `run` ends after `signal` was sent to it.
Outcome ended_by(Step& step, int signal, const std::vector<std::string>& options,
                 const std::string& script) {
  Container container(step, Mode::kForeground, options, script);
  container.runtime().signal(signal);
  container.runtime().wait();
  return {
      fmt::format("{} & sleep 1; kill -{} $!; wait $!", container.typed(), words::signal(signal)),
      container.runtime().status(), container.runtime().out(), container.runtime().err()};
}

void forwards_signals(Step& step) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
    const int status = 40 + signal;
    const std::string script =
        fmt::format("trap 'exit {}' {}; echo ready; sleep 30 & wait", status, signal);
    ended_by(step, signal, {}, script).exits(status);
  }
}

void stands_apart_from_the_terminal(Step& step) {
  const Container container(step, Mode::kForeground);
  const pid_t session = ::getsid(container.command());
  if (session != ::getsid(0) && session != ::getsid(container.runtime().pid())) return;
  throw Mismatch(container.typed(), "a session of its own: Ctrl-C reaches it through run only",
                 "it is in the caller's session");
}

void init_starts_the_command(Step& step) {
  const Outcome outcome = step.run({"--init"}, "echo $PPID; test $$ -gt 1");
  outcome.prints("1\n");
}

/// With --init process 1 is another than the command.
void expect_init(const Container& container) {
  if (container.first() != container.command()) return;
  throw Mismatch(container.typed(), "process 1 is a small one that started the command",
                 "the command has no such parent");
}

void init_reaps(Step& step) {
  const std::string orphans = "for i in 1 2 3; do (sleep 0.1 &); done; sleep 0.4; ";
  const Container container(step, Mode::kForeground, {"--init"}, orphans + kWaits);
  expect_init(container);
  const auto none = [&] { return zombies_of(container.first()) == 0; };
  if (eventually(none, std::chrono::seconds(1))) return;
  throw Mismatch(container.typed(), "process 1 waits for every orphan that ends",
                 fmt::format("{} of them are zombies", zombies_of(container.first())));
}

void init_passes_signals_on(Step& step) {
  expect_init(Container(step, Mode::kForeground, {"--init"}));
  // Process 1 would be spared: the kernel drops signals that it has no handler for.
  ended_by(step, SIGTERM, {"--init"}, "echo ready; sleep 30; true").exits(128 + SIGTERM);
}

void init_returns_the_status(Step& step) {
  step.run({"--init"}, "sleep 30 & exit 5").exits(5);
  step.run({"--init"}, "kill -KILL $$").exits(128 + SIGKILL);
  step.run_command({"--init"}, {"no-such-command"}).refuses("no-such-command").exits(127);
}

void writes_the_pid(Step& step) {
  const std::string file = step.sandbox().folder + "/" + step.new_name();
  const Container container(step, Mode::kDetached, {"--pid-file", file});
  const auto text = proc::read_file(file);
  const auto words = words_of(text.value_or(""));
  ::unlink(file.c_str());
  if (words.size() == 1 && words[0] == std::to_string(container.first())) return;
  throw Mismatch(container.typed(), fmt::format("the file holds {}", container.first()),
                 text ? "it holds " + quoted(*text) : "there is no such file");
}

void refuses_odd_ids(Step& step) {
  for (const char* id : {"", ".", "..", "a/b", "../escape", "a b", "\n"}) {
    step.run({"--id", id}, "echo it ran").refuses();
  }
  step.run({"--id", std::string(201, 'x')}, "echo it ran").refuses();
}

/// `id=$(mine run --detach …)` must come back: nobody in the container may hold the pipe.
void lets_go_of_pipes(Step& step) {
  Pipe pipe = Pipe::make();
  How how;
  how.output = &pipe.write_end;
  const Container container(step, Mode::kDetached, {}, kWaits, how);
  pipe.write_end.reset();
  Child reader = Child::clone(0, [&] { read_all(pipe.read_end, "the pipe"); });
  if (sys::wait_for_end(reader.pidfd(), 2000)) return;
  throw Mismatch("id=$(" + container.typed() + ")", "it comes back while the container runs",
                 "the container holds the pipe open");
}

/// What runs now but neither is the grader's nor in the container.
std::string stayed_behind(const Container& container, const std::vector<pid_t>& before) {
  const std::string inside = proc::namespace_of(container.first(), "pid");
  for (const pid_t pid : proc::all()) {
    const bool known = std::find(before.begin(), before.end(), pid) != before.end();
    const auto stat = proc::stat(pid);
    if (known || !stat || proc::namespace_of(pid, "pid") == inside) continue;
    return fmt::format("process {} ({})", pid, stat->command);
  }
  return "";
}

void leaves_no_runtime_behind(Step& step) {
  if (!step.sandbox().own_namespaces) throw CannotTell("only root can tell them from others'");
  const auto before = proc::all();
  const Container container(step, Mode::kDetached);
  const std::string left = stayed_behind(container, before);
  if (left.empty()) return;
  throw Mismatch(container.typed(), "the runtime has ended; only the container runs",
                 left + " is still there");
}

}  // namespace

std::vector<Check> foreground_checks() {
  return {
      detail("run in the foreground passes signals on", {}, kSignals, forwards_signals),
      detail("the command has a session of its own", {}, {kSee, "setsid(2)"},
             stands_apart_from_the_terminal),
      detail("--init: process 1 is not the command but starts it", {"--init"}, kInit,
             init_starts_the_command),
      detail("--init: orphans are reaped", {"--init"}, kInit, init_reaps),
      detail("--init: signals reach the command", {"--init"}, kSignals, init_passes_signals_on),
      detail("--init: the command's status is run's", {"--init"}, kInit, init_returns_the_status),
      detail("--pid-file names process 1 as the host numbers it", {"--detach", "--pid-file"}, kInit,
             writes_the_pid),
      detail("--detach lets go of the caller's pipes", {"--detach"}, kSignals, lets_go_of_pipes),
      detail("--detach leaves no process of the runtime's behind", {"--detach"}, kSignals,
             leaves_no_runtime_behind),
      detail("an --id that can't be a folder's name is refused", {"--id"},
             {kReal, "the runtime-spec's runtime.md"}, refuses_odd_ids),
  };
}

}  // namespace lockstep::lessons
