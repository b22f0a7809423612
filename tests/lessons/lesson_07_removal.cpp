// Lesson 07's details: a container that stands still, and what is left of a cgroup: nothing.

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "tests/lessons/cgroups.hpp"
#include "tests/lessons/lesson_07.hpp"
#include "tests/lessons/victim.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kFreezer{kSee, "the kernel's admin-guide/cgroup-v2.rst, \"cgroup.freeze\""};
constexpr Reading kRemoval{kReal, "the kernel's admin-guide/cgroup-v2.rst, \"cgroup.kill\""};

constexpr const char* kCounts = "echo ready; while :; do echo; sleep 0.05; done";

/// In a file of its own: what it has printed so far.
size_t printed(const Container& container) { return container.runtime().out().size(); }

bool goes_on(const Container& container) {
  const size_t before = printed(container);
  return eventually([&] { return printed(container) > before; });
}

void stands_still(Step& step) {
  needs_controller("pids");
  const Container container(step, Mode::kNamed, {}, kCounts);
  step.call({"pause", container.id()}).exits(0);
  ::usleep(100'000);  // what it had written before
  const size_t before = printed(container);
  constexpr useconds_t kLong = 500'000;
  ::usleep(kLong);
  const bool still = printed(container) == before && container.is_alive();
  const Outcome list = step.call({"list"});
  const Outcome resume = step.call({"resume", container.id()}).exits(0);
  if (!still)
    throw Mismatch(step.typed({"pause", container.id()}), "it prints nothing while it is paused",
                   "it goes on");
  list.expect(contains(list.out, "paused"), "list says that it is paused");
  resume.expect(goes_on(container), "it goes on where it stood");
}

void ends_while_it_stands(Step& step) {
  needs_controller("pids");
  const Container container(step, Mode::kNamed, {"--pids-limit", "64"}, kCounts);
  const std::string folder = own_folder(container, "pids");
  step.call({"pause", container.id()}).exits(0);
  const Outcome outcome = step.call({"delete", "--force", container.id()}).exits(0);
  outcome.expect(container.ends() && disappears(folder), "it ends, and its cgroup is gone");
}

/// A process of the host's that somebody put there: the container's end doesn't end it.
void survives_stragglers(Step& step) {
  if (!has_root_powers()) throw CannotTell("only root can put a process into another cgroup");
  needs_controller("pids");
  const Container container(step, Mode::kDetached, {"--pids-limit", "64"});
  const std::string folder = own_folder(container, "pids");
  const Victim straggler;
  std::filesystem::create_directory(folder + "/below");
  std::ofstream(folder + "/below/cgroup.procs") << straggler.pid() << std::flush;
  const Outcome outcome = step.call({"delete", "--force", container.id()}).exits(0);
  outcome.expect(disappears(folder), fmt::format("{} is gone", folder));
}

void survives_a_crash(Step& step) {
  needs_controller("pids");
  Container container(step, Mode::kNamed, {"--pids-limit", "64"});
  const std::string folder = own_folder(container, "pids");
  container.runtime().signal(SIGKILL);
  container.runtime().wait();
  const Outcome outcome = step.call({"delete", "--force", container.id()}).exits(0);
  outcome.expect(container.ends() && disappears(folder), fmt::format("{} is gone", folder));
}

}  // namespace

std::vector<Check> freezer_checks() {
  const std::vector<std::string> needs = {"pause", "resume", "list", "--id"};
  return {
      detail("pause: it stands still; resume: it goes on", needs, kFreezer, stands_still),
      detail("delete --force ends one that is paused", {"pause", "delete", "--id", "--pids-limit"},
             kFreezer, ends_while_it_stands),
  };
}

std::vector<Check> removal_checks() {
  const std::vector<std::string> needs = {"delete", "--id", "--pids-limit"};
  return {
      detail("delete --force clears a cgroup with others' processes in it",
             {"delete", "--detach", "--id", "--pids-limit"}, kRemoval, survives_stragglers),
      detail("delete --force clears its cgroup when the runtime was killed", needs, kRemoval,
             survives_a_crash),
  };
}

}  // namespace lockstep::lessons
