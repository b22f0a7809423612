// Lesson 03's details: the command's working directory, environment, umask and descriptors; exec.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "common/os/error.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"
#include "tests/lessons/lesson_03.hpp"
#include "tests/lessons/rootfs.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kProcess{kSee, "the runtime-spec's config.md, \"Process\""};
constexpr Reading kLeaks{kReal, "CVE-2024-21626; close_range(2)"};

void begins_at_the_root(Step& step) {
  step.run({}, "pwd; cat lesson-check/marker").prints(std::string("/\n") + Foothold::kMarker);
}

void makes_the_working_directory(Step& step) {
  step.run({"--workdir", "/lesson-check/made/here"}, "pwd").prints("/lesson-check/made/here\n");
}

void sets_variables(Step& step) {
  How how;
  how.in_child = [] { ::setenv("FROM_THE_CALLER", "light", 1); };
  step.run({"--env", "COLOUR=dark blue", "--env", "FROM_THE_CALLER"},
           "echo \"$COLOUR $FROM_THE_CALLER\"", how)
      .prints("dark blue light\n");
}

void keeps_the_environment_out(Step& step) {
  How how;
  how.in_child = [] { ::setenv("SECRET_OF_THE_CALLER", "1234", 1); };
  step.run({}, "ls / > /dev/null && echo \"secret=$SECRET_OF_THE_CALLER\"", how)
      .prints("secret=\n");
}

void resets_the_umask(Step& step) {
  How how;
  how.in_child = [] { ::umask(0077); };
  step.run({}, "umask", how).prints("0022\n");
}

/// A folder of the host's that the caller has open must not become a way out.
void closes_descriptors(Step& step) {
  constexpr int kOpen = 9;
  How how;
  how.in_child = [] { ::dup2(::open("/", O_RDONLY | O_DIRECTORY), kOpen); };
  const Outcome outcome = step.run({}, "ls /proc/self/fd/9 2>/dev/null || echo not open", how);
  outcome.prints("not open\n");
}

void makes_root_for_exec(Step& step) {
  const Container container(step, Mode::kDetached);
  step.call({"exec", container.id(), "sh", "-c", "pwd; cat /lesson-check/marker; umask"})
      .prints(std::string("/\n") + Foothold::kMarker + "0022\n");
}

void gives_exec_its_volumes(Step& step) {
  const HostFolder folder(step);
  folder.write("letter", "from the host\n");
  const Container container(step, Mode::kDetached,
                            {"--volume", folder.path() + ":/lesson-check/volume"});
  step.call({"exec", container.id(), "cat", "/lesson-check/volume/letter"})
      .prints("from the host\n");
}

}  // namespace

std::vector<Check> process_checks() {
  const std::vector<std::string> exec = {"exec", "--detach", "--id"};
  return {
      detail("the command begins in /", {}, kProcess, begins_at_the_root),
      detail("--workdir is made if it is missing", {"--workdir"}, kProcess,
             makes_the_working_directory),
      detail("--env sets a variable, or passes on the caller's", {"--env"}, kProcess,
             sets_variables),
      detail("the caller's environment stays outside", {}, kProcess, keeps_the_environment_out),
      detail("the umask is 0022, whatever the caller's is", {}, kProcess, resets_the_umask),
      detail("what the caller has open stays outside", {}, kLeaks, closes_descriptors),
      detail("exec is in the same files", exec, kProcess, makes_root_for_exec),
      detail("exec sees the volumes", {"exec", "--detach", "--id", "--volume"}, kProcess,
             gives_exec_its_volumes),
  };
}

}  // namespace lockstep::lessons
