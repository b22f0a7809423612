// What lesson 01 promises: a host name of the container's own, and errors that reach the caller.

#include <sys/utsname.h>
#include <unistd.h>

#include <csignal>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/check.hpp"
#include "tests/lessons/container.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kNamespaces{kIdea, "uts_namespaces(7)"};
constexpr Reading kNames{kLines, "sethostname(2), setdomainname(2)"};
constexpr Reading kErrors{kSee, "wait(2); exit status 126 and 127 in sh(1)"};

std::string host_name() {
  utsname names{};
  ::uname(&names);
  return names.nodename;
}

/// Throws if the machine got another name.
void expect_host_name(const std::string& before, const Outcome& outcome) {
  const std::string now = host_name();
  if (now == before) return;
  (void)!::sethostname(before.data(), before.size());
  throw Mismatch(outcome.command, fmt::format("the machine is still called {}", quoted(before)),
                 fmt::format("it is called {} now", quoted(now)));
}

void own_namespace(Step& step) {
  const std::string host = proc::namespace_of(0, "uts");
  const Outcome outcome = step.run({}, "readlink /proc/self/ns/uts");
  outcome.expect(
      outcome.status == 0 && outcome.out.rfind("uts:[", 0) == 0 && outcome.out != host + "\n",
      fmt::format("a namespace other than the host's, which is {}", quoted(host)));
}

void has_the_name(Step& step) { step.run({"--hostname", "box"}, "uname -n").prints("box\n"); }

void host_keeps_its_name(Step& step) {
  const std::string before = host_name();
  expect_host_name(before, step.run({"--hostname", "box"}, "true").exits(0));
}

/// From lesson 08 on the container may not even rename itself; what counts is the host.
void attack_fails(Step& step) {
  const std::string before = host_name();
  expect_host_name(before, step.run({}, "hostname pwned || busybox hostname pwned"));
}

void begins_with_the_hosts_name(Step& step) { step.run({}, "uname -n").prints(host_name() + "\n"); }

void has_the_domain_name(Step& step) {
  step.run({"--domainname", "example.org"}, "cat /proc/sys/kernel/domainname")
      .prints("example.org\n");
}

void returns_the_status(Step& step) {
  step.run({}, "exit 3").exits(3);
  step.run({}, "exit 0").exits(0);
}

void returns_the_signal(Step& step) {
  Container container(step, Mode::kForeground);
  ::kill(container.command(), SIGKILL);
  Outcome outcome{container.typed(), {}, "", ""};
  container.runtime().wait();
  outcome.status = container.runtime().status();
  outcome.expect(outcome.status == 128 + SIGKILL,
                 "after a `kill -9` of the command: exit status 137");
}

void says_what_is_missing(Step& step) {
  step.run_command({}, {"no-such-command"}).refuses("no-such-command").exits(127);
  step.run_command({}, {"/no/such/command"}).refuses("/no/such/command").exits(127);
}

void says_what_is_no_program(Step& step) {
  step.run_command({}, {"/etc/passwd"}).refuses("/etc/passwd").exits(126);
}

void passes_arguments(Step& step) {
  const std::vector<std::string> arguments = {"-l", "--rm", "--", "a b", "",
                                              "$x", "a,b",  "*",  "\"'"};
  std::vector<std::string> command = {"sh", "-c", R"(printf '[%s]' "$@")", "sh"};
  std::string expected;
  for (const std::string& argument : arguments) {
    command.push_back(argument);
    expected += "[" + argument + "]";
  }
  step.run_command({}, command).prints(expected);
}

void takes_dashes(Step& step) {
  step.run_command({"--hostname", "box", "--"}, {"uname", "-n"}).prints("box\n");
}

void passes_standard_files(Step& step) {
  How how;
  how.input = "typed\n";
  const Outcome outcome = step.run({}, "cat; echo complaint >&2", how);
  outcome.prints("typed\n").mentions("complaint\n");
}

void refuses_a_long_name(Step& step) {
  step.run({"--hostname", std::string(65, 'x')}, "echo it ran").refuses();
}

void refuses_an_unknown_option(Step& step) {
  step.run({"--no-such-option"}, "echo it ran").refuses("no-such-option");
}

void refuses_without_command(Step& step) { step.run_command({}, {}).refuses(); }

void works_for_a_user(Step& step) {
  if (!step.user_can_make_namespaces()) {
    throw CannotTell("this machine lets no ordinary user make a user namespace");
  }
  How how;
  how.as_user = true;
  step.run({"--hostname", "box"}, "uname -n", how).prints("box\n");
}

}  // namespace

Lesson lesson_01() {
  return {
      "01",
      "01-uts",
      {"run", "--hostname"},
      {
          core("the container has a UTS namespace of its own", {"run"}, kNamespaces, own_namespace),
          core("--hostname names the container", {"--hostname"}, kNames, has_the_name),
          core("--hostname leaves the machine's name alone", {"--hostname"}, kNames,
               host_keeps_its_name),
          core("a command that renames the machine doesn't", {}, {kAttack, "uts_namespaces(7)"},
               attack_fails),
          core("the command's exit status is run's", {}, kErrors, returns_the_status),
          core("a missing command: its name in the error, and 127", {}, kErrors,
               says_what_is_missing),
          core("arguments reach the command as they are", {}, kErrors, passes_arguments),
          detail("without --hostname it begins with the machine's name", {}, kNamespaces,
                 begins_with_the_hosts_name),
          detail("--domainname sets the NIS domain name", {"--domainname"}, kNames,
                 has_the_domain_name),
          detail("a name of more than 64 bytes is refused", {"--hostname"}, kNames,
                 refuses_a_long_name),
          detail("a command that a signal ends: 128 and its number", {}, kErrors,
                 returns_the_signal),
          detail("a file that is no program: its name in the error, and 126", {}, kErrors,
                 says_what_is_no_program),
          detail("-- ends run's own options", {"--hostname"}, kErrors, takes_dashes),
          detail("standard input, output and error are passed on", {}, kErrors,
                 passes_standard_files),
          detail("an unknown option is refused", {}, kErrors, refuses_an_unknown_option),
          detail("run without a command is refused", {}, kErrors, refuses_without_command),
          detail("an ordinary user can do it, too", {"--hostname"}, {kReal, "user_namespaces(7)"},
                 works_for_a_user),
      },
  };
}

}  // namespace lockstep::lessons
