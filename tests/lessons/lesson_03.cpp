// What lesson 03 promises: files of the container's own. Here its core.

#include "tests/lessons/lesson_03.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/rootfs.hpp"
#include "tests/lessons/victim.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

constexpr Reading kRoot{kLines, "pivot_root(2), mount_namespaces(7)"};
constexpr Reading kProc{kLines, "proc(5)"};

void has_the_rootfs(Step& step) {
  step.run({}, "cat /lesson-check/marker").prints(Foothold::kMarker);
}

void cannot_read_host_files(Step& step) {
  const std::string secret = step.sandbox().folder + "/secret";
  std::ofstream(secret) << "the host's secret\n";
  fs::permissions(secret, fs::perms(0644));
  const Outcome outcome = step.run({}, fmt::format("cat {0} /..{0} /proc/1/root{0}; true", secret));
  outcome.expect(outcome.status == 0 && outcome.out.empty(), "no such file, by any of these paths");
}

/// What somebody finds at `path` who enters the mount namespace of `pid` and whose root is then the
/// root of all that is mounted in it, not the container's.
bool is_in_mount_namespace_of(pid_t pid, const std::string& path) {
  const auto open = [pid](const char* kind) {
    return sys::open(fmt::format("/proc/{}/ns/{}", pid, kind), O_RDONLY);
  };
  const bool same_users = proc::namespace_of(pid, "user") == proc::namespace_of(0, "user");
  Child look = Child::clone(0, [&] {
    const Fd users = open("user");
    const Fd mounts = open("mnt");
    if (!same_users && ::setns(users.get(), CLONE_NEWUSER) != 0) ::_exit(2);
    if (::setns(mounts.get(), CLONE_NEWNS) != 0) ::_exit(2);
    ::_exit(::access(path.c_str(), F_OK) == 0 ? 0 : 1);
  });
  const int status = look.wait().shell_code();
  if (status > 1)
    throw CannotTell("this machine lets nobody look into the container's mount namespace");
  return status == 0;
}

void host_tree_is_gone(Step& step) {
  const Container container(step, Mode::kForeground);
  if (!is_in_mount_namespace_of(container.first(), step.sandbox().folder)) return;
  throw Mismatch(
      container.typed(),
      "the old root is unmounted: nothing in the container's mount namespace leads to it",
      "the host's files are still mounted there, beneath the container's: who may call "
      "chroot(2) can walk out");
}

/// Mounts that are not `before`.
std::string new_mounts(const std::vector<proc::Mount>& before) {
  std::string found;
  for (const proc::Mount& mount : proc::mounts()) {
    bool known = false;
    for (const proc::Mount& old : before) known = known || old.id == mount.id;
    if (!known)
      found += fmt::format("{}{} on {}", found.empty() ? "" : ", ", mount.type, mount.target);
  }
  return found;
}

void host_sees_no_mounts(Step& step) {
  const std::string host = proc::namespace_of(0, "mnt");
  const Outcome own = step.run({}, "readlink /proc/self/ns/mnt").exits(0);
  own.expect(own.out != host + "\n",
             fmt::format("a namespace other than the host's, which is {}", host));
  const auto before = proc::mounts();
  // From lesson 08 on it may not mount anything itself; then what run mounts for it is tried.
  const std::string attack = "mount -t tmpfs none /lesson-check/mount 2>/dev/null; ";
  std::string during;
  std::string typed;
  {
    const Container container(step, Mode::kForeground, {}, attack + kWaits);
    during = new_mounts(before);
    typed = container.typed();
  }
  const std::string after = new_mounts(before);
  if (during.empty() && after.empty()) return;
  throw Mismatch(
      typed, "nothing that is mounted inside appears among the host's mounts",
      (during.empty() ? "afterwards the host has: " + after : "the host has: " + during));
}

void proc_is_its_own(Step& step) {
  const Victim victim;
  const Outcome outcome = step.run({}, "cd /proc && echo [0-9]*");
  const auto numbers = words_of(outcome.out);
  const bool first = !numbers.empty() && numbers[0] == "1";
  outcome.expect(outcome.status == 0 && first && numbers.size() <= 3,
                 "process 1 and its children, and no process of the host's");
}

}  // namespace

Lesson lesson_03() {
  Lesson lesson{"03", "03-mount", {"run", "--rootfs"}, {}};
  lesson.checks = {
      core("its root is the folder that --rootfs names", {"run", "--rootfs"}, kRoot,
           has_the_rootfs),
      core("a file of the host's can't be read", {}, {kAttack, "pivot_root(2)"},
           cannot_read_host_files),
      core("the host's tree is gone, not only out of sight", {}, kRoot, host_tree_is_gone),
      core("what is mounted inside stays inside", {},
           {kIdea, "mount_namespaces(7), \"Shared subtrees\""}, host_sees_no_mounts),
      core("/proc shows its own processes only", {}, kProc, proc_is_its_own),
  };
  for (const auto& checks :
       {device_checks(), volume_checks(), propagation_checks(), memory_checks(), hostile_checks(),
        process_checks(), terminal_checks()}) {
    lesson.checks.insert(lesson.checks.end(), checks.begin(), checks.end());
  }
  return lesson;
}

}  // namespace lockstep::lessons
