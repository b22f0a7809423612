// Lesson 03's details: a terminal of the container's own.

#include <csignal>

#include "common/os/error.hpp"
#include "tests/lessons/lesson_03.hpp"
#include "tests/lessons/listing.hpp"
#include "tests/lessons/terminal.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kTerminal{kSee, "pty(7), termios(3)"};
constexpr unsigned short kRows = 33;
constexpr unsigned short kColumns = 77;

/// A command of the program's in a terminal, as a person sees it.
class Session {
 public:
  Session(Step& step, std::vector<std::string> words)
      : step_(step),
        words_(std::move(words)),
        terminal_(kRows, kColumns),
        modes_(terminal_.modes()),
        process_(start()) {}

  Terminal& terminal() { return terminal_; }

  std::string typed() const { return step_.typed(words_); }

  void expect_shown(const std::string& text) {
    if (terminal_.shows(text)) return;
    throw Mismatch(typed(), "the terminal shows " + quoted(text),
                   "it shows " + quoted(terminal_.shown()));
  }
  /// Waits for its end; the terminal must then be as it was.
  void expect_end(int status) {
    process_.wait();
    Outcome{typed(), process_.status(), terminal_.shown(), ""}.exits(status);
    if (terminal_.modes() == modes_) return;
    throw Mismatch(typed(), "afterwards the caller's terminal is as it was",
                   fmt::format("its modes are {} instead of {}", terminal_.modes(), modes_));
  }

 private:
  Process start() {
    How how;
    how.terminal = &terminal_;
    return step_.start(words_, how);
  }

  Step& step_;
  std::vector<std::string> words_;
  Terminal terminal_;
  std::string modes_;
  Process process_;
};

std::vector<std::string> run(Step& step, const std::string& script,
                             std::vector<std::string> options = {}) {
  options.emplace_back("--tty");
  return step.run_words(options, {"sh", "-c", script});
}

constexpr const char* kTells =
    "test -t 0 && test -t 1 && test -t 2 && tty; echo ready; read line; exit 3";

/// The command that tells of its terminal must have another one than its caller.
void expect_own_terminal(Step& step, std::vector<std::string> words) {
  const std::string name = step.new_name();
  words.insert(words.end(), {"sh", "-c", kTells, name});
  Session session(step, words);
  session.expect_shown("/dev/");
  session.expect_shown("ready\n");
  const pid_t command = find_command(kTells, name);
  if (command == 0 || session.terminal().is(fmt::format("/proc/{}/fd/0", command))) {
    throw Mismatch(session.typed(), "a terminal from the container's own /dev/pts",
                   "it has its caller's: what it could do to that, it can do to its caller");
  }
  session.terminal().type("\r");
  session.expect_end(3);
}

void has_a_terminal(Step& step) { expect_own_terminal(step, step.run_words({"--tty"}, {})); }

void takes_one_by_itself(Step& step) { expect_own_terminal(step, step.run_words({}, {})); }

void echoes_and_answers(Step& step) {
  Session session(step, run(step, "echo ready; read line; echo you typed $line"));
  session.expect_shown("ready\n");
  session.terminal().type("hello\r");
  // Once: of two terminals in a row only the container's may echo.
  session.expect_shown("ready\nhello\nyou typed hello\n");
  session.expect_end(0);
}

void has_the_callers_size(Step& step) {
  Session session(
      step,
      run(step,
          "stty size; trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.02; done"));
  session.expect_shown("33 77\n");
  session.expect_shown("ready\n");
  session.terminal().resize(44, 99);
  session.expect_shown("44 99\n");
  session.expect_end(0);
}

void passes_ctrl_c(Step& step) {
  Session session(
      step,
      run(step, "trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.02; done"));
  session.expect_shown("ready\n");
  session.terminal().type("\x03");
  session.expect_shown("interrupted\n");
  session.expect_end(5);
}

void has_a_console(Step& step) {
  Session session(step,
                  run(step, "echo to the console > /dev/console; echo to the terminal > /dev/tty"));
  session.expect_shown("to the console\n");
  session.expect_shown("to the terminal\n");
  session.expect_end(0);
}

void stays_without_one(Step& step) {
  step.run({}, "test -t 0 || test -t 1 || echo no terminal").prints("no terminal\n");
}

void leaves_on_detach_keys(Step& step) {
  const std::string id = step.new_name();
  Session session(step, run(step, "echo ready; sleep 30", {"--id", id}));
  session.expect_shown("ready\n");
  session.terminal().type("\x10\x11");
  session.expect_end(0);
  const Outcome list = step.call({"list"});
  const auto words = line_of(list, id);
  list.expect(std::find(words.begin(), words.end(), "running") != words.end(),
              "the container runs on");
  step.call({"delete", "--force", id}).exits(0);
}

void gives_exec_one(Step& step) {
  const Container container(step, Mode::kDetached);
  Session session(step,
                  {"exec", "--tty", container.id(), "sh", "-c",
                   "stty size; tty; trap 'exit 6' INT; echo ready; while :; do sleep 0.02; done"});
  session.expect_shown("33 77\n/dev/pts/");
  session.expect_shown("ready\n");
  session.terminal().type("\x03");
  session.expect_end(6);
}

}  // namespace

std::vector<Check> terminal_checks() {
  return {
      detail("--tty: the command has a terminal of the container's own", {"--tty"}, kTerminal,
             has_a_terminal),
      detail("--tty: what is typed reaches it", {"--tty"}, kTerminal, echoes_and_answers),
      detail("--tty: it has the caller's window size, and learns of a new one", {"--tty"},
             kTerminal, has_the_callers_size),
      detail("--tty: Ctrl-C interrupts the command, not run", {"--tty"}, kTerminal, passes_ctrl_c),
      detail("--tty: /dev/console and /dev/tty are that terminal", {"--tty"}, kTerminal,
             has_a_console),
      detail("run in a terminal makes one by itself", {"--tty"}, kTerminal, takes_one_by_itself),
      detail("run without a terminal makes none", {"--tty"}, kTerminal, stays_without_one),
      detail("Ctrl-P Ctrl-Q leave it running", {"--tty", "--id", "list", "delete"}, kTerminal,
             leaves_on_detach_keys),
      detail("exec --tty has one, too", {"exec", "exec --tty", "--detach", "--id"}, kTerminal,
             gives_exec_one),
  };
}

}  // namespace lockstep::lessons
