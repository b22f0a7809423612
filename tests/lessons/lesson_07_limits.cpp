// Lesson 07's details: further limits, other ones for a container that runs, and devices.

#include <sched.h>
#include <unistd.h>

#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "tests/lessons/bundle.hpp"
#include "tests/lessons/cgroups.hpp"
#include "tests/lessons/lesson_07.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kLimits{kLines, "cgroups(7); docker-run(1)"};
constexpr Reading kPower{"Without root", "systemd.resource-control(5), Delegate="};
constexpr Reading kBundle{kReal, "the OCI runtime-spec's config-linux.md, \"Control groups\""};
constexpr Reading kMount{kSee, "cgroups(7), \"Mounting\""};
constexpr Reading kDevices{kSee, "the OCI runtime-spec's config-linux.md, \"Allowed Device list\""};

int first_cpu() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) return cpu;
  }
  return 0;
}

void keeps_to_its_cpus(Step& step) {
  needs_controller("cpuset");
  const std::string cpu = std::to_string(first_cpu());
  step.run({"--cpuset-cpus", cpu}, "grep ^Cpus_allowed_list /proc/self/status | cut -f 2")
      .prints(cpu + "\n");
}

void takes_other_limits(Step& step) {
  needs_controller("pids");
  const Container container(step, Mode::kDetached, {"--pids-limit", "64"});
  const std::string folder = own_folder(container, "pids");
  const Outcome outcome = step.call({"update", "--pids-limit", "33", container.id()}).exits(0);
  outcome.expect(setting(folder, {"pids.max"}) == "33",
                 fmt::format("{}/pids.max is 33 from then on", folder));
}

void refuses_what_it_cannot_have(Step& step) {
  needs_controller("cpuset");
  step.run({"--cpuset-cpus", "99999"}, "echo it ran").refuses("99999");
}

/// Without the power to limit. A limit that holds is right, too.
void refuses_without_power(Step& step) {
  How how;
  how.as_user = true;
  if (has_root_powers() && !Step::user_can_make_namespaces())
    throw CannotTell("this machine lets no ordinary user make a user namespace");
  const Outcome outcome =
      step.run({"--pids-limit", "3"}, "sleep 3 & sleep 3 & sleep 3 & sleep 3 & echo it ran", how);
  outcome.expect(
      outcome.status.value_or(0) != 0 && !contains(outcome.out, "it ran") && !outcome.err.empty(),
      "the limit, or an error that says why it can't be had");
}

void takes_the_bundles(Step& step) {
  needs_controller("pids");
  const CreatedContainer container(step, "sleep 20", 33);
  const OciState state = state_of(step, container.id());
  const auto host = cgroup_folder(::getpid(), "pids");
  const auto folder = cgroup_folder(state.pid, "pids");
  if (folder && folder != host && setting(*folder, {"pids.max"}) == "33") return;
  throw Mismatch(container.typed(),
                 "its process waits in a cgroup of its own, whose pids.max is 33",
                 folder ? fmt::format("it is in {}, where pids.max is {}", *folder,
                                      quoted(setting(*folder, {"pids.max"})))
                        : "it is in none that can be seen");
}

void shows_its_own(Step& step) {
  needs_controller("pids");
  step.run({"--pids-limit", "64"},
           "cat $(find /sys/fs/cgroup -name pids.max | head -n 1); "
           "for d in /sys/fs/cgroup /sys/fs/cgroup/*; do "
           "mkdir $d/mine 2> /dev/null && echo made one in $d; done; true")
      .prints("64\n");
}

/// The kernel's messages, only opened. To make the node is root's; from lesson 08 on it may be
/// forbidden, too.
void opens_no_other_device(Step& step) {
  if (!has_root_powers()) throw CannotTell("only root can make device nodes");
  needs_controller("pids");
  const Outcome outcome =
      step.run({"--userns", "host"},
               "mknod /dev/mine c 1 11 2> /dev/null; (: < /dev/mine) 2> /dev/null && echo opened; "
               "for d in null zero full random urandom; do : < /dev/$d || echo no $d; done");
  outcome.expect(outcome.status == 0 && outcome.out.empty(),
                 "the kernel's messages can't be opened by a node of its own, and /dev/null, zero, "
                 "full, random and urandom can");
}

void opens_what_it_is_given(Step& step) {
  step.run({"--device", "/dev/zero:/dev/nought"}, "head -c 3 /dev/nought | wc -c").prints("3\n");
}

}  // namespace

std::vector<Check> limit_checks() {
  return {
      detail("--cpuset-cpus: those and no other", {"--cpuset-cpus"}, kLimits, keeps_to_its_cpus),
      detail("/sys/fs/cgroup shows its own, and can't be written", {"--pids-limit"}, kMount,
             shows_its_own),
      detail("update: other limits while it runs",
             {"update", "update --pids-limit", "--detach", "--id"}, kLimits, takes_other_limits),
      detail("the limits of a bundle hold from create on", {"create", "spec", "state", "delete"},
             kBundle, takes_the_bundles),
      detail("a limit that can't be: an error with its value", {"--cpuset-cpus"}, kLimits,
             refuses_what_it_cannot_have),
      detail("an ordinary user's limit holds, or is an error", {"--pids-limit"}, kPower,
             refuses_without_power),
  };
}

std::vector<Check> device_rule_checks() {
  return {
      detail("a node of its own doesn't open a device of the host's", {"--userns"}, kDevices,
             opens_no_other_device),
      detail("--device gives it one", {"--device"}, kDevices, opens_what_it_is_given),
  };
}

}  // namespace lockstep::lessons
