// What is narrated is what is done: every call that a step tells of with --explain=json, held
// against strace's record of the same run.

#include <filesystem>

#include "common/os/error.hpp"
#include "tests/narration/calls.hpp"
#include "tests/narration/sandbox.hpp"
#include "tests/support/doctest.hpp"

using namespace lockstep;
using namespace lockstep::narration;
using testing::text;
using Words = std::vector<std::string>;

namespace {

#define NEEDS(user)                           \
  do {                                        \
    const std::string reason = why_not(user); \
    if (!reason.empty()) SKIP(reason);        \
  } while (false)
// A macro, because SKIP leaves the test case.

/// A run of a step under strace.
struct Run {
  Outcome outcome;
  std::string rest;        // what stood on standard error beside the narration
  std::string difference;  // between what was made and what was told
  size_t calls = 0;        // that were told
  size_t processes = 0;    // that told any
};

class Narrated {
 public:
  explicit Narrated(User user = User::kRoot) : sandbox_(user) {}

  const Sandbox& sandbox() const { return sandbox_; }

  /// `before` goes in front of the step: the fallbacks' helper.
  Run operator()(const std::string& step, const Words& words, const Words& before = {}) {
    const std::string prefix = sandbox_ / ("trace/run" + std::to_string(++runs_));
    Words command = strace(prefix);
    command.insert(command.end(), before.begin(), before.end());
    command.insert(command.end(),
                   {sandbox_.step(step), "--explain=json", "--root", sandbox_.state()});
    command.insert(command.end(), words.begin(), words.end());
    Run run;
    // strace goes on with a container that was left running: it is sent away.
    run.outcome = sandbox_.run(command, [&] { return ended(prefix, step).has_value(); });
    run.outcome.status = ended(prefix, step).value_or(-1);
    const Processes story = told(run.outcome.err, run.rest);
    for (const auto& [pid, calls] : story) run.calls += calls.size();
    run.processes = story.size();
    run.difference = difference(recorded(prefix, sandbox_.step(step)), story);
    return run;
  }

 private:
  std::optional<int> ended(const std::string& prefix, const std::string& step) const {
    return exit_status(prefix, sandbox_.step(step));
  }

  Sandbox sandbox_;
  int runs_ = 0;
};

/// A run that ends with `status`, tells nothing but the truth, and something of it.
void check(const Run& run, int status) {
  CHECK(run.difference == "");
  CHECK(run.calls > 0);
  INFO(run.rest);
  INFO(run.outcome.out);
  CHECK(run.outcome.status == status);
}

Words in_rootfs(const Sandbox& sandbox, const Words& options, const Words& command) {
  Words words = {"run", "--rootfs", sandbox.rootfs()};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

}  // namespace

TEST_CASE("narration: step01, a run and a failure") {
  NEEDS(User::kRoot);
  Narrated step;
  const Run run = step("step01", {"run", "--hostname", "box", "--domainname", "lab", "true"});
  check(run, 0);
  CHECK(run.processes == 2);
  CHECK(run.rest.empty());
  check(step("step01", {"run", "--hostname", "box", "sh", "-c", "exit 3"}), 3);
  const Run failed = step("step01", {"run", "/no/such/program"});
  check(failed, 127);
  CHECK(text(failed.rest) == doctest::Contains("no such file or directory"));
}

TEST_CASE("narration: step02, from run to delete") {
  NEEDS(User::kRoot);
  Narrated step;
  const std::string pid_file = step.sandbox() / "pid";
  check(step("step02", {"run", "--hostname", "box", "--id", "x", "--pid-file", pid_file, "true"}),
        0);
  check(step("step02", {"run", "--ipc", "host", "sh", "-c", "kill -9 $$; exit 3"}), 3);
  check(step("step02", {"run", "--detach", "--id", "box", "sleep", "1000"}), 0);
  check(step("step02", {"exec", "box", "sh", "-c", "exit 7"}), 7);
  check(step("step02", {"exec", "--detach", "--cwd", "/tmp", "box", "sleep", "1000"}), 0);
  check(step("step02", {"exec", "box", "/no/such/program"}), 127);
  check(step("step02", {"kill", "box", "TERM"}), 0);
  check(step("step02", {"kill", "--all", "box", "KILL"}), 0);
  check(step("step02", {"run", "--detach", "--id", "other", "sleep", "1000"}), 0);
  check(step("step02", {"delete", "--force", "other"}), 0);
}

TEST_CASE("narration: --init is told up to the execve of itself") {
  NEEDS(User::kRoot);
  if (!steps_are_static()) SKIP("a sanitizer's step is dynamic: it can't be PID 1 in a rootfs");
  Narrated step;
  check(step("step02", {"run", "--init", "sh", "-c", "exit 5"}), 5);
  check(step("step03", in_rootfs(step.sandbox(), {"--init"}, {"sh", "-c", "exit 5"})), 5);
}

TEST_CASE("narration: step03, a container of its own files") {
  NEEDS(User::kRoot);
  Narrated step;
  const Sandbox& sandbox = step.sandbox();
  const Run run = step("step03", in_rootfs(sandbox, {"--hostname", "box"}, {"true"}));
  check(run, 0);
  CHECK(run.calls > 40);
  CHECK(run.rest.empty());
  check(step("step03",
             in_rootfs(sandbox, {"--read-only", "--workdir", "/a/b", "--ipc", "host"}, {"true"})),
        0);
  check(step("step03", in_rootfs(sandbox, {"--no-pivot"}, {"true"})), 0);
}

TEST_CASE("narration: step03's volumes, with every kind of option") {
  NEEDS(User::kRoot);
  Narrated step;
  const Sandbox& sandbox = step.sandbox();
  const std::string source = sandbox / "volume";
  std::filesystem::create_directory(source);
  const std::string file = sandbox.rootfs() + "/bin/broken";
  check(step("step03",
             in_rootfs(sandbox,
                       {"--volume", source + ":/data:ro,noexec", "--volume", file + ":/new/file",
                        "--volume", source + ":/slave:rslave,noatime,nosuid", "--mount",
                        "src=" + source + ",dst=/plain,bind-nonrecursive,rw", "--tmpfs",
                        "/scratch:size=1m,rro", "--tmpfs", "/filled:tmpcopyup", "--shm-size", "1m"},
                       {"true"})),
        0);
}

TEST_CASE("narration: step03 with a terminal, alone and left behind with its keeper") {
  NEEDS(User::kRoot);
  Narrated step;
  const Sandbox& sandbox = step.sandbox();
  check(step("step03", in_rootfs(sandbox, {"--tty"}, {"sh", "-c", "exit 4"})), 4);
  check(step("step03", in_rootfs(sandbox, {"--tty", "--detach", "--id", "box"}, {"sleep", "1000"})),
        0);
  check(step("step03", {"exec", "--tty", "box", "sh", "-c", "exit 6"}), 6);
  check(step("step03", {"exec", "box", "true"}), 0);
  check(step("step03", {"delete", "--force", "box"}), 0);
}

TEST_CASE("narration: step08's powers and limits, of exec") {
  NEEDS(User::kRoot);
  Narrated step;  // (of lessons 05 and 07 strace has other words, so run is not compared)
  const Words options = {"--id",     "narrated-powers", "--detach",
                         "--user",   "1000:1000",       "--cap-drop",
                         "ALL",      "--cap-add",       "KILL",
                         "--ulimit", "nofile=100:200",  "--oom-score-adj",
                         "500",      "--security-opt",  "no-new-privileges"};
  CHECK(step("step08", in_rootfs(step.sandbox(), options, {"sleep", "1000"})).outcome.status == 0);
  const Run run = step("step08", {"exec", "narrated-powers", "true"});
  CHECK(step("step08", {"delete", "--force", "narrated-powers"}).outcome.status == 0);
  check(run, 0);
  CHECK(run.calls > 40);  // one for each capability that is dropped
}

TEST_CASE("narration: what fails is told as it failed, and the clearing up behind it") {
  NEEDS(User::kRoot);
  Narrated step;
  const Sandbox& sandbox = step.sandbox();
  check(step("step03", in_rootfs(sandbox, {"--volume", "/no/such/source:/data"}, {"true"})), 125);
  check(step("step03", in_rootfs(sandbox, {}, {"broken"})), 127);
  check(step("step03", in_rootfs(sandbox, {"--tmpfs", "/x:colour=red"}, {"true"})), 125);
  check(step("step03", in_rootfs(sandbox, {}, {"/no/such/program"})), 127);
}

TEST_CASE("narration: without root, the borrowed root is told, too") {
  NEEDS(User::kSomebody);
  Narrated step(User::kSomebody);
  const Sandbox& sandbox = step.sandbox();
  const Run run = step("step01", {"run", "--hostname", "box", "true"});
  check(run, 0);
  CHECK(text(run.rest) == doctest::Contains("borrowed root"));
  check(step("step02", {"run", "--detach", "--id", "two", "sleep", "1000"}), 0);
  check(step("step02", {"exec", "two", "true"}), 0);
  check(step("step02", {"delete", "--force", "two"}), 0);
  check(step("step03", in_rootfs(sandbox, {"--hostname", "box", "--read-only"}, {"true"})), 0);
  check(step("step03", in_rootfs(sandbox, {"--tty", "--detach", "--id", "box"}, {"sleep", "1000"})),
        0);
  check(step("step03", {"exec", "--tty", "box", "true"}), 0);
  check(step("step03", {"delete", "--force", "box"}), 0);
}

TEST_CASE("narration: without root, --init") {
  NEEDS(User::kSomebody);
  if (!steps_are_static()) SKIP("a sanitizer's step is dynamic: it can't be PID 1 in a rootfs");
  Narrated step(User::kSomebody);
  check(step("step02", {"run", "--init", "sh", "-c", "exit 5"}), 5);
  check(step("step03", in_rootfs(step.sandbox(), {"--init"}, {"sh", "-c", "exit 5"})), 5);
}

TEST_CASE(
    "narration: a fallback is told as it is taken: what was refused, and what was done instead") {
  NEEDS(User::kRoot);
  Narrated step;
  const Sandbox& sandbox = step.sandbox();
  Words without = {sandbox.without(), "clone3",     "openat2",       "close_range", "setns",
                   "open_tree",       "move_mount", "mount_setattr", "--"};
  const auto options = in_rootfs(sandbox, {"--detach", "--id", "box", "--volume", "/tmp:/data:ro"},
                                 {"sleep", "1000"});
  const Run run = step("step03", options, without);
  check(run, 0);
  CHECK(text(run.outcome.err) == doctest::Contains("\"call\":\"clone3\""));
  CHECK(text(run.outcome.err) == doctest::Contains("\"call\":\"clone\""));
  CHECK(text(run.outcome.err) == doctest::Contains("\"ENOSYS\""));
  const Run exec = step("step03", {"exec", "box", "true"}, without);
  check(exec, 0);
  CHECK(text(exec.outcome.err) == doctest::Contains("/ns/mnt"));
  check(step("step03", {"delete", "--force", "box"}, without), 0);
}

TEST_CASE(
    "narration: the comparison itself finds what is untold, untrue, or told in another order") {
  const Call name{"sethostname", "sethostname(\"box\", 3)", "", 0};
  const Call told_name{"sethostname", "sethostname(\"box\")", "", 0};
  const Call other_name{"sethostname", "sethostname(\"other\")", "", 0};
  const Call failed{"sethostname", "sethostname(\"box\")", "EPERM", -1};
  const Call root{"mount", "mount(NULL, \"/\", NULL, MS_REC|MS_SLAVE, NULL)", "", 0};
  const Call told_root{"mount", "mount(\"\", \"/\", \"\", MS_SLAVE|MS_REC)", "", 0};
  const Call other_root{"mount", "mount(\"\", \"/\", \"\", MS_REC|MS_PRIVATE)", "", 0};
  CHECK(difference({{7, {name, root}}}, {{7, {told_name, told_root}}}) == "");
  CHECK(text(difference({{7, {name, root}}}, {{7, {told_name}}})) ==
        doctest::Contains("process 7, call 2"));
  CHECK(difference({{7, {name}}}, {{7, {told_name, told_root}}}) != "");
  CHECK(difference({{7, {name, root}}}, {{7, {told_root, told_name}}}) != "");
  CHECK(difference({{7, {name}}}, {{8, {told_name}}}) != "");
  CHECK(difference({{7, {name}}}, {{7, {other_name}}}) != "");
  CHECK(difference({{7, {name}}}, {{7, {failed}}}) != "");
  CHECK(difference({{7, {root}}}, {{7, {other_root}}}) != "");
}
