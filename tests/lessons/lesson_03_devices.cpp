// Lesson 03's details: /dev, /sys, and what of /proc must not be seen or written.

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "common/os/error.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/lesson_03.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

constexpr Reading kDevices{kSee, "the runtime-spec's config-linux.md, \"Default Devices\""};
constexpr Reading kFileSystems{kSee, "the runtime-spec's config-linux.md, \"Default Filesystems\""};
constexpr Reading kMasks{
    kSee, "the runtime-spec's config-linux.md, \"Masked Paths\", \"Readonly Paths\""};

void has_devices(Step& step) {
  step.run({}, "cd /dev && stat -c '%n %a %t:%T' null zero full random urandom tty")
      .prints(
          "null 666 1:3\nzero 666 1:5\nfull 666 1:7\nrandom 666 1:8\nurandom 666 1:9\ntty 666 "
          "5:0\n");
}

void devices_work(Step& step) {
  step.run({}, "echo lost > /dev/null && cat /dev/null && head -c 1000 /dev/zero | wc -c")
      .prints("1000\n");
}

void has_no_disks(Step& step) { step.run({}, "find /dev -type b").prints(""); }

void has_links(Step& step) {
  const std::string links = "for l in fd stdin stdout stderr core; do readlink /dev/$l; done";
  step.run({}, links).prints(
      "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\n/proc/kcore\n");
  const Outcome outcome = step.run({}, "readlink /dev/ptmx");
  outcome.expect(outcome.out == "pts/ptmx\n" || outcome.out == "/dev/pts/ptmx\n", "pts/ptmx");
}

/// The mount at `path` must be of this type, and have these options.
void expect_mount(Step& step, const std::string& path, const std::string& type,
                  const std::vector<std::string>& options) {
  const Outcome outcome = step.run({}, "cat /proc/mounts");
  std::string wanted;
  for (const std::string& option : options) wanted += (wanted.empty() ? "" : ",") + option;
  std::string found = "nothing";
  bool good = false;
  for (const std::string& line : lines_of(outcome.out)) {
    const auto words = words_of(line);
    if (words.size() < 4 || words[1] != path) continue;
    found = words[2] + " with " + words[3];
    const std::string list = "," + words[3] + ",";
    good = words[2] == type &&
           std::all_of(options.begin(), options.end(), [&](const std::string& option) {
             return contains(list, "," + option + ",");
           });
  }
  if (good) return;
  throw Mismatch(outcome.command, fmt::format("on {}: {} with {}", path, type, wanted), found);
}

void dev_is_a_tmpfs(Step& step) {
  expect_mount(step, "/dev", "tmpfs", {"rw", "nosuid", "mode=755", "size=65536k"});
  const Outcome outcome = step.run({}, "grep ' /dev tmpfs ' /proc/mounts").exits(0);
  outcome.expect(!contains(outcome.out, "atime"), "strictatime: neither relatime nor noatime");
}

void has_own_terminals(Step& step) {
  expect_mount(step, "/dev/pts", "devpts", {"rw", "nosuid", "noexec", "mode=620", "ptmxmode=666"});
  const Outcome outcome = step.run({}, "ls /dev/pts");
  outcome.expect(outcome.out == "ptmx\n", "no terminal but those that it makes: ptmx only");
}

void has_shared_memory(Step& step) {
  expect_mount(step, "/dev/shm", "tmpfs", {"rw", "nosuid", "nodev", "noexec", "size=65536k"});
  step.run({}, "stat -c %a /dev/shm").prints("1777\n");
}

void has_message_queues(Step& step) {
  expect_mount(step, "/dev/mqueue", "mqueue", {"nosuid", "nodev", "noexec"});
}

void sys_is_read_only(Step& step) {
  expect_mount(step, "/sys", "sysfs", {"ro", "nosuid", "nodev", "noexec"});
}

/// For each of the paths that this kernel has: how many bytes or entries can be read.
void masks_what_tells_too_much(Step& step) {
  std::string script;
  for (const char* path : {"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug",
                           "/proc/latency_stats", "/proc/acpi", "/proc/scsi", "/sys/firmware"}) {
    if (fs::is_directory(path)) script += fmt::format("ls -A {} | sed 's,^,{}/,'; ", path, path);
    if (fs::is_regular_file(path))
      script += fmt::format("head -c 1 {0} | sed 's,^.*,{0},'; ", path);
  }
  step.run({}, script + "true").prints("");
}

void protects_settings(Step& step) {
  for (const char* path :
       {"/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/irq/default_smp_affinity"}) {
    if (::access(path, W_OK) != 0) continue;
    const Outcome outcome = step.run({}, fmt::format(": >> {}", path));
    // From lesson 06 on the container's root is somebody else to these files, and that is seen
    // first.
    outcome.expect(outcome.status != 0 && (contains(outcome.err, "Read-only file system") ||
                                           contains(outcome.err, "Permission denied")),
                   "Read-only file system");
  }
  for (const char* path : {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"}) {
    if (fs::exists(path)) expect_mount(step, path, "proc", {"ro"});
  }
}

}  // namespace

std::vector<Check> device_checks() {
  return {
      detail("/dev has null zero full random urandom tty, open to all", {}, kDevices, has_devices),
      detail("/dev/null swallows, /dev/zero gives", {}, kDevices, devices_work),
      detail("/dev has none of the host's disks", {}, kDevices, has_no_disks),
      detail("/dev has the links ptmx fd stdin stdout stderr core", {}, kDevices, has_links),
      detail("/dev is a tmpfs: nosuid,strictatime,mode=755,size=65536k", {}, kFileSystems,
             dev_is_a_tmpfs),
      detail("/dev/pts is its own: mode=620,ptmxmode=666", {}, kFileSystems, has_own_terminals),
      detail("/dev/shm is its own: mode 1777, 64 MiB", {}, kFileSystems, has_shared_memory),
      detail("/dev/mqueue has the message queues", {}, kFileSystems, has_message_queues),
      detail("/sys is read-only", {}, kFileSystems, sys_is_read_only),
      detail("what tells of the whole machine is masked", {}, kMasks, masks_what_tells_too_much),
      detail("the kernel's settings in /proc are read-only", {}, kMasks, protects_settings),
  };
}

}  // namespace lockstep::lessons
