// What lesson 08 promises: root without root's powers.

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/check.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kSets{kLines, "capabilities(7)"};
constexpr Reading kMasks{kAttack, "capabilities(7), \"CAP_SYS_ADMIN\""};
constexpr Reading kSuid{kLines, "the kernel's userspace-api/no_new_privs.rst"};
constexpr Reading kInherited{kReal, "CVE-2022-29162; capabilities(7)"};
constexpr Reading kLimits{kSee, "getrlimit(2)"};
constexpr Reading kSettings{kSee, "sysctl(8), namespaces(7)"};

constexpr unsigned kNetAdmin = 12;
constexpr unsigned kSysAdmin = 21;

/// "CapBnd" of the program in a container of these options.
uint64_t set_of(Step& step, const std::vector<std::string>& options, const std::string& name) {
  const Outcome outcome =
      step.run(options, "grep ^" + name + ": /proc/self/status | cut -f 2").exits(0);
  size_t end = 0;
  uint64_t set = 0;
  try {
    set = std::stoull(outcome.out, &end, 16);
  } catch (const std::exception&) {
    end = 0;
  }
  outcome.expect(end == 16, "a set of capabilities: 16 hexadecimal digits");
  return set;
}

void expect_set(Step& step, const std::vector<std::string>& options, const std::string& name,
                bool holds, const std::string& expected) {
  if (holds) return;
  throw Mismatch("run … grep " + name + " /proc/self/status", expected,
                 fmt::format("{:016x}", set_of(step, options, name)));
}

void lacks_powers(Step& step) {
  for (const char* name : {"CapBnd", "CapPrm", "CapEff"}) {
    const uint64_t set = set_of(step, {}, name);
    expect_set(step, {}, name, ((set >> kSysAdmin) & 1U) == 0,
               fmt::format("{}: without CAP_SYS_ADMIN, number {}", name, kSysAdmin));
  }
}

void keeps_its_masks(Step& step) {
  if (!proc::read_file("/proc/interrupts")) throw CannotTell("/proc/interrupts can't be read here");
  const Outcome outcome =
      step.run({},
               "umount /proc/interrupts 2> /dev/null; umount /proc/keys 2> /dev/null; "
               "cat /proc/interrupts /proc/keys 2> /dev/null; true");
  outcome.expect(outcome.status == 0 && outcome.out.empty(), "nothing of what is masked");
}

void keeps_read_only(Step& step) {
  const HostFolder folder(step);
  folder.write("file", "original");
  const Outcome outcome =
      step.run({"--volume", folder.path() + ":/lesson-check/volume:ro"},
               "mount -o remount,rw,bind /lesson-check/volume; echo x > /lesson-check/volume/file");
  outcome.expect(folder.read("file") == "original", "the host's file is as it was");
}

void drops_all(Step& step) {
  for (const char* name : {"CapBnd", "CapPrm", "CapEff"}) {
    const uint64_t set = set_of(step, {"--cap-drop", "ALL"}, name);
    expect_set(step, {"--cap-drop", "ALL"}, name, set == 0, name + std::string(": none"));
  }
}

void adds_one(Step& step) {
  const std::vector<std::string> options = {"--cap-drop", "ALL", "--cap-add", "NET_ADMIN"};
  expect_set(step, options, "CapEff", set_of(step, options, "CapEff") == uint64_t{1} << kNetAdmin,
             "CapEff: CAP_NET_ADMIN alone");
  const std::vector<std::string> more = {"--cap-add", "CAP_NET_ADMIN"};
  const uint64_t set = set_of(step, more, "CapEff");
  expect_set(step, more, "CapEff", (set >> kNetAdmin & 1U) == 1 && set != uint64_t{1} << kNetAdmin,
             "CapEff: CAP_NET_ADMIN beside the default ones");
}

void inherits_none(Step& step) {
  for (const char* name : {"CapInh", "CapAmb"})
    expect_set(step, {}, name, set_of(step, {}, name) == 0, name + std::string(": none"));
}

void execs_without_powers(Step& step) {
  const Container container(step, Mode::kDetached, {"--cap-drop", "ALL"});
  step.call({"exec", container.id(), "sh", "-c", "grep ^CapBnd: /proc/self/status | cut -f 2"})
      .prints("0000000000000000\n");
}

void gains_nothing(Step& step) {
  const char* const script = "grep ^NoNewPrivs: /proc/self/status | cut -f 2";
  step.run({"--security-opt", "no-new-privileges"}, script).prints("1\n");
  step.run({}, script).prints("0\n");
}

void limits_each_process(Step& step) {
  step.run({"--ulimit", "nofile=100:200"}, "ulimit -Sn; ulimit -Hn").prints("100\n200\n");
}

void sets_its_own(Step& step) {
  step.run({"--sysctl", "net.ipv4.ip_forward=1"}, "cat /proc/sys/net/ipv4/ip_forward")
      .prints("1\n");
}

void refuses_the_machines(Step& step) {
  const std::string before = proc::read_file("/proc/sys/vm/swappiness").value_or("");
  step.run({"--sysctl", "vm.swappiness=61"}, "echo it ran").refuses("vm.swappiness");
  const std::string after = proc::read_file("/proc/sys/vm/swappiness").value_or("");
  if (after != before) throw Mismatch("--sysctl vm.swappiness=61", before, after);
}

void refuses_unknown(Step& step) {
  step.run({"--cap-add", "NO_SUCH_POWER"}, "echo it ran").refuses("NO_SUCH_POWER");
}

void gives_all(Step& step) {
  const uint64_t set = set_of(step, {"--privileged"}, "CapEff");
  expect_set(step, {"--privileged"}, "CapEff", (set >> kSysAdmin & 1U) == 1,
             "CapEff: CAP_SYS_ADMIN, too");
}

}  // namespace

Lesson lesson_08() {
  Lesson lesson{"08", "08-capabilities", {"run", "--rootfs"}, {}};
  lesson.checks = {
      core("root inside has no CAP_SYS_ADMIN", {"run", "--rootfs"}, kSets, lacks_powers),
      core("a mask can't be taken off again", {}, kMasks, keeps_its_masks),
      core("a read-only volume can't be made writable", {"--volume"}, kMasks, keeps_read_only),
      core("--cap-drop ALL: none at all", {"--cap-drop"}, kSets, drops_all),
      core("--cap-add: one more, with or without CAP_", {"--cap-drop", "--cap-add"}, kSets,
           adds_one),
      core("none are inheritable or ambient", {}, kInherited, inherits_none),
      core("exec has no more than the container", {"--cap-drop", "exec", "--detach", "--id"}, kSets,
           execs_without_powers),
      core("--security-opt no-new-privileges", {"--security-opt"}, kSuid, gains_nothing),
      detail("a capability that isn't one: its name in the error", {"--cap-add"}, kSets,
             refuses_unknown),
      detail("--privileged: all of them", {"--privileged"}, kSets, gives_all),
      detail("--ulimit: limits of each process", {"--ulimit"}, kLimits, limits_each_process),
      detail("--sysctl: a setting of its own namespaces", {"--sysctl"}, kSettings, sets_its_own),
      detail("--sysctl: not the whole machine's", {"--sysctl"}, kSettings, refuses_the_machines),
  };
  return lesson;
}

}  // namespace lockstep::lessons
