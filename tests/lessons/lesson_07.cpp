// What lesson 07 promises: a share of the machine of the container's own. Here its core.

#include "tests/lessons/lesson_07.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/cgroups.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kCgroup{kLines, "cgroups(7)"};
constexpr Reading kLimits{kAttack, "cgroups(7); the kernel's admin-guide/cgroup-v2.rst"};
constexpr Reading kBirth{kLines, "clone(2), CLONE_INTO_CGROUP"};
constexpr Reading kNamespace{kSee, "cgroup_namespaces(7)"};
constexpr Reading kJoin{kSee, "cgroups(7); nsenter(1)"};
constexpr Reading kEnd{kSee, "cgroups(7), \"Creating cgroups and moving processes\""};

void has_its_own_cgroup(Step& step) {
  needs_controller("pids");
  const Container container(step, Mode::kForeground, {"--pids-limit", "64"});
  const std::string folder = own_folder(container, "pids");
  const std::string limit = setting(folder, {"pids.max"});
  if (limit == "64") return;
  throw Mismatch(container.typed(), fmt::format("{}/pids.max is 64", folder),
                 fmt::format("it is {}", quoted(limit)));
}

/// The shell gives up at the first fork that fails.
void limits_its_processes(Step& step) {
  needs_controller("pids");
  const std::string fork =
      "i=0; while [ $i -lt 200 ]; do sleep 5 & i=$((i + 1)); done 2> /dev/null; echo all";
  const Outcome outcome = step.run({"--pids-limit", "64"}, fork);
  outcome.expect(!contains(outcome.out, "all") && outcome.status != 0,
                 "of 200 children that it starts only 63 come to be, beside itself");
  step.run({}, fork).prints("all\n");
}

void limits_its_memory(Step& step) {
  needs_controller("memory");
  // dd has a buffer of that size, and fills it.
  const std::string hoard =
      "dd if=/dev/zero of=/dev/null bs=64000000 count=1 2> /dev/null && echo all";
  std::vector<std::string> options = {"--memory", "32m"};
  // Where there is swap, twice as much: it might go there instead.
  if (step.knows("--memory-swap")) options.insert(options.end(), {"--memory-swap", "32m"});
  const Outcome outcome = step.run(options, hoard);
  outcome.expect(outcome.status.value_or(0) != 0 && outcome.out.empty(),
                 "64 MB don't fit into 32: what takes them is ended");
  step.run({"--memory", "512m"}, hoard).prints("all\n");
}

double seconds_of(pid_t pid) {
  const std::string stat = proc::read_file(fmt::format("/proc/{}/stat", pid)).value_or("");
  const auto words = words_of(stat.substr(std::min(stat.rfind(')'), stat.size())));
  constexpr size_t kUser = 12;  // counted from the name on: utime, stime
  if (words.size() <= kUser) return 0;
  return (std::stod(words[kUser - 1]) + std::stod(words[kUser])) /
         static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void limits_its_computing(Step& step) {
  needs_controller("cpu");
  const Container container(step, Mode::kForeground, {"--cpus", "0.2"},
                            "echo ready; while :; do :; done");
  constexpr useconds_t kWhile = 2'000'000;
  const double before = seconds_of(container.command());
  ::usleep(kWhile);
  const double used = seconds_of(container.command()) - before;
  if (used > 0 && used < 1) return;
  throw Mismatch(container.typed(), "a fifth of a CPU: about 0.4 of 2 seconds",
                 fmt::format("an endless loop computes for {:.1f} of 2 seconds", used));
}

/// One that is put there after its start had been elsewhere before.
void begins_inside(Step& step) {
  needs_controller("pids");
  for (int tries = 0; tries < 3; ++tries) {
    const Outcome outcome = step.run({"--pids-limit", "64"},
                                     "read_all() { while read -r l; do echo \"$l\"; done < "
                                     "/proc/self/cgroup; }; read_all; echo; sleep 0.3; read_all");
    const size_t half = outcome.out.find("\n\n");
    outcome.expect(half != std::string::npos &&
                       outcome.out.substr(0, half + 1) == outcome.out.substr(half + 2),
                   "/proc/self/cgroup says the same at first and later");
  }
}

void sees_a_root(Step& step) {
  needs_controller("pids");
  const Outcome outcome =
      step.run({"--pids-limit", "64"}, "readlink /proc/self/ns/cgroup; cat /proc/self/cgroup");
  auto lines = lines_of(outcome.out);
  outcome.expect(lines.size() > 1 && lines[0] != proc::namespace_of(0, "cgroup"),
                 "a cgroup namespace other than the host's");
  for (size_t i = 1; i < lines.size(); ++i)
    outcome.expect(lines[i].ends_with(":/"), "each cgroup is shown as the root, \"/\"");
}

void joins_the_cgroup(Step& step) {
  needs_controller("pids");
  const Container container(step, Mode::kDetached, {"--pids-limit", "64"});
  const std::string script = "trap 'exit 0' TERM; sleep 20 & wait";
  const std::string name = step.new_name();
  const std::vector<std::string> words = {"exec", container.id(), "sh", "-c", script, name};
  Process exec = step.start(words);
  pid_t pid = 0;
  eventually([&] { return (pid = find_command(script, name)) != 0; });
  const Membership joined = cgroups_of(pid);
  const bool same = pid != 0 && joined == cgroups_of(container.command());
  own_folder(container, "pids");
  exec.signal(SIGKILL);
  if (same) return;
  throw Mismatch(step.typed(words), "it is in the container's cgroups, all of them",
                 pid == 0 ? "it doesn't run" : "it is in others");
}

void leaves_none(Step& step) {
  needs_controller("pids");
  std::string folder;
  {
    const Container container(step, Mode::kDetached, {"--pids-limit", "64"});
    folder = own_folder(container, "pids");
    step.call({"kill", container.id(), "KILL"}).exits(0);
    container.ends();
    step.call({"delete", container.id()}).exits(0);
  }
  if (!disappears(folder))
    throw Mismatch(step.typed({"delete", "ID"}), "its cgroup is gone", folder + " is left");
}

}  // namespace

Lesson lesson_07() {
  Lesson lesson{"07", "07-cgroup", {"run", "--rootfs", "--pids-limit"}, {}};
  const std::vector<std::string> detached = {"--detach", "--id", "--pids-limit"};
  auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), detached.begin(), detached.end());
    return more;
  };
  lesson.checks = {
      core("it is in a cgroup of its own, with the limit that was asked for",
           {"run", "--rootfs", "--pids-limit"}, kCgroup, has_its_own_cgroup),
      core("--pids-limit: no process more", {"--pids-limit"}, kLimits, limits_its_processes),
      core("--memory: what takes more is ended", {"--memory"}, kLimits, limits_its_memory),
      core("--cpus: it computes no longer than that", {"--cpus"}, kLimits, limits_its_computing),
      core("it is in there from its first instruction on", {"--pids-limit"}, kBirth, begins_inside),
      core("its own cgroup seems the root of all", {"--pids-limit"}, kNamespace, sees_a_root),
      core("exec is in the same cgroup", with({"exec"}), kJoin, joins_the_cgroup),
      core("when it is deleted its cgroup is gone", with({"kill", "delete"}), kEnd, leaves_none),
  };
  for (const auto& checks :
       {limit_checks(), device_rule_checks(), freezer_checks(), removal_checks()})
    lesson.checks.insert(lesson.checks.end(), checks.begin(), checks.end());
  return lesson;
}

}  // namespace lockstep::lessons
