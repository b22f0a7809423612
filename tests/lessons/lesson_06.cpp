// What lesson 06 promises: users of the container's own. Here its core.

#include "tests/lessons/lesson_06.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"

namespace lockstep::lessons {
namespace {

constexpr Reading kUsers{kLines, "user_namespaces(7)"};
constexpr Reading kFiles{kIdea, "user_namespaces(7), \"Set-user-ID and set-group-ID programs\""};
constexpr Reading kSwitch{kLines, "setresuid(2), setgroups(2), capabilities(7)"};
constexpr const char* kVolume = "/lesson-check/volume";

/// The four user ids, or groups, of a process as the host has them: /proc/PID/status, "Uid:".
std::vector<std::string> ids_of(pid_t pid, const std::string& line) {
  const auto status = proc::read_file(fmt::format("/proc/{}/status", pid));
  for (const std::string& text : lines_of(status.value_or(""))) {
    const auto words = words_of(text);
    if (!words.empty() && words[0] == line) return {words.begin() + 1, words.end()};
  }
  return {};
}

void has_its_own_users(Step& step) {
  const std::string host = proc::namespace_of(0, "user");
  const Outcome outcome = step.run({}, "readlink /proc/self/ns/user");
  outcome.expect(
      outcome.status == 0 && outcome.out.rfind("user:[", 0) == 0 && outcome.out != host + "\n",
      fmt::format("a namespace other than the host's, which is {}", quoted(host)));
}

void root_is_somebody_else(Step& step) {
  step.run({}, "id -u; id -g").prints("0\n0\n");
  const Container container(step, Mode::kForeground);
  for (const char* line : {"Uid:", "Gid:"}) {
    for (const std::string& id : ids_of(container.command(), line)) {
      if (id != "0") continue;
      throw Mismatch(container.typed(), "none of its four user and group ids is 0 on the host",
                     fmt::format("/proc/{}/status has {} {}", container.command(), line, id));
    }
  }
}

/// The file may be missing: a program need not let its root write there at all.
void makes_nothing_of_the_hosts_root(Step& step) {
  const HostFolder folder(step);
  const Outcome outcome =
      step.run({"--volume", folder.path() + ":" + kVolume},
               "cp /bin/busybox /lesson-check/volume/tool; chmod 4755 /lesson-check/volume/tool");
  struct stat status {};
  const bool there = ::stat((folder.path() + "/tool").c_str(), &status) == 0;
  outcome.expect(!there || status.st_uid != 0,
                 "the program that it leaves in the volume isn't the host's root's");
}

void cannot_read_what_is_roots(Step& step) {
  if (!has_root_powers()) throw CannotTell("only root has files that only root may read");
  const HostFolder folder(step);
  folder.write("secret", "the host's secret\n");
  std::filesystem::permissions(folder.path() + "/secret", std::filesystem::perms(0600));
  const Outcome outcome = step.run({"--volume", folder.path() + ":" + kVolume},
                                   "cat /lesson-check/volume/secret; true");
  outcome.expect(outcome.status == 0 && outcome.out.empty(), "Permission denied");
}

/// Opened for writing, and not written: nothing happens to the machine.
void cannot_set_the_machine(Step& step) {
  const Outcome outcome =
      step.run({},
               "umount /proc/sys 2>/dev/null; "
               "(true >> /proc/sys/kernel/core_pattern) 2>/dev/null && echo it can; true");
  outcome.expect(outcome.status == 0 && outcome.out.empty(),
                 "/proc/sys/kernel/core_pattern can't be opened for writing, masked or not");
}

void becomes_the_user(Step& step) {
  needs_id(step, 1000);
  step.run({"--user", "1000:1001"}, "id -u; id -g; grep ^Groups: /proc/self/status | wc -w")
      .prints("1000\n1001\n1\n");
}

void leaves_roots_powers(Step& step) {
  needs_id(step, 1000);
  step.run({"--user", "1000:1000"}, "grep ^CapEff: /proc/self/status | cut -f 2")
      .prints("0000000000000000\n");
}

void joins_the_users(Step& step) {
  const Container container(step, Mode::kDetached);
  const std::string users = proc::namespace_of(container.command(), "user");
  const Outcome outcome =
      step.call({"exec", container.id(), "sh", "-c", "readlink /proc/self/ns/user; id -u"});
  outcome.prints(users + "\n0\n");
}

}  // namespace

void needs_id(Step& step, unsigned id) {
  const Outcome map = step.run({}, "cat /proc/self/uid_map");
  for (const std::string& line : lines_of(map.out)) {
    const auto words = words_of(line);  // from inside, from outside, how many
    if (words.size() == 3 && std::stoul(words[0]) <= id &&
        id < std::stoul(words[0]) + std::stoul(words[2]))
      return;
  }
  throw CannotTell(fmt::format("the container has no user {}: see subuid(5)", id));
}

Lesson lesson_06() {
  Lesson lesson{"06", "06-user", {"run", "--rootfs"}, {}};
  lesson.checks = {
      core("its users are not the host's", {"run", "--rootfs"}, kUsers, has_its_own_users),
      core("root inside is somebody else outside", {}, kUsers, root_is_somebody_else),
      core("root inside leaves no program of the host's root's in a volume", {"--volume"}, kFiles,
           makes_nothing_of_the_hosts_root),
      core("root inside can't read what is the host's root's", {"--volume"}, kFiles,
           cannot_read_what_is_roots),
      core("root inside can't set what is the whole machine's", {}, {kAttack, "proc(5)"},
           cannot_set_the_machine),
      core("--user UID:GID: those, and no other group", {"--user"}, kSwitch, becomes_the_user),
      core("another user has none of root's powers", {"--user"}, kSwitch, leaves_roots_powers),
      core("exec joins the container's users", {"exec", "--detach", "--id"}, kUsers,
           joins_the_users),
  };
  for (const auto& checks : {user_checks(), mapping_checks()})
    lesson.checks.insert(lesson.checks.end(), checks.begin(), checks.end());
  return lesson;
}

}  // namespace lockstep::lessons
