// Lesson 06's details: --user by the rootfs's own passwd and group.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/os/error.hpp"
#include "tests/lessons/container.hpp"
#include "tests/lessons/host_folder.hpp"
#include "tests/lessons/lesson_06.hpp"
#include "tests/lessons/rootfs.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

constexpr Reading kNames{kSee, "passwd(5), group(5)"};
constexpr Reading kHostile{kReal, "CVE-2016-3697; passwd(5)"};
constexpr const char* kWho =
    "echo $(id -u):$(id -g) $(grep ^Groups: /proc/self/status | cut -f 2-)";

/// A rootfs of its own, with users that the host doesn't have.
class Inhabited {
 public:
  explicit Inhabited(Step& step) : folder_(step), path_(folder_.path() + "/rootfs") {
    make_rootfs(path_);
    std::ofstream(path_ + "/etc/passwd") << "root:x:0:0:root:/root:/bin/sh\n"
                                            "alice:x:1000:1001::/home/alice:/bin/sh\n"
                                            "4711:x:0:0::/root:/bin/sh\n";
    std::ofstream(path_ + "/etc/group") << "root:x:0:\nalice:x:1001:\n"
                                           "audio:x:29:alice\nusers:x:100:\n";
  }
  std::vector<std::string> with(const std::vector<std::string>& more) const {
    std::vector<std::string> options = {"--rootfs", path_};
    options.insert(options.end(), more.begin(), more.end());
    return options;
  }
  std::string passwd() const { return path_ + "/etc/passwd"; }

 private:
  HostFolder folder_;
  std::string path_;
};

void finds_a_user_by_name(Step& step) {
  needs_id(step, 1001);
  const Inhabited rootfs(step);
  step.run(rootfs.with({"--user", "alice"}), kWho).prints("1000:1001 29\n");
  step.run(rootfs.with({"--user", "alice:users"}), kWho).prints("1000:100\n");
  step.run(rootfs.with({"--user", "1000"}), kWho).prints("1000:1001 29\n");
}

void takes_digits_for_a_number(Step& step) {
  needs_id(step, 4711);
  const Inhabited rootfs(step);
  step.run(rootfs.with({"--user", "4711"}), "id -u").prints("4711\n");
}

void refuses_a_missing_user(Step& step) {
  const Inhabited rootfs(step);
  step.run(rootfs.with({"--user", "bob"}), "echo it ran").refuses("bob");
  step.run(rootfs.with({"--user", "root:staff"}), "echo it ran").refuses("staff");
}

void sets_home(Step& step) {
  needs_id(step, 1001);
  const Inhabited rootfs(step);
  step.run(rootfs.with({"--user", "alice"}), "echo $HOME").prints("/home/alice\n");
  step.run(rootfs.with({}), "echo $HOME").prints("/root\n");
  if (!step.knows("--env")) return;
  step.run(rootfs.with({"--user", "alice", "--env", "HOME=/tmp"}), "echo $HOME").prints("/tmp\n");
}

void adds_groups(Step& step) {
  needs_id(step, 1001);
  const Inhabited rootfs(step);
  step.run(rootfs.with({"--user", "alice", "--group-add", "users", "--group-add", "55"}), kWho)
      .prints("1000:1001 29 55 100\n");
}

/// What is no file is not waited for, and not followed out of the rootfs.
void survives_a_pipe_for_passwd(Step& step) {
  const Inhabited rootfs(step);
  fs::remove(rootfs.passwd());
  if (::mkfifo(rootfs.passwd().c_str(), 0644) != 0) throw CannotTell("no pipe can be made here");
  step.run(rootfs.with({"--user", "alice"}), "echo it ran").refuses("passwd");
}

void never_asks_the_host(Step& step) {
  const Inhabited rootfs(step);
  fs::remove(rootfs.passwd());
  fs::create_symlink("/../../../../../../../../../../etc/passwd", rootfs.passwd());
  step.run(rootfs.with({"--user", "nobody"}), "echo it ran").refuses();
}

void switches_in_exec(Step& step) {
  needs_id(step, 1001);
  const Container container(step, Mode::kDetached);
  step.call({"exec", "--user", "1000:1001", container.id(), "sh", "-c", "id -u; id -g"})
      .prints("1000\n1001\n");
}

void execs_as_the_containers_user(Step& step) {
  needs_id(step, 1001);
  const Container container(step, Mode::kDetached, {"--user", "1000:1001"});
  step.call({"exec", container.id(), "sh", "-c", "id -u; id -g"}).prints("1000\n1001\n");
}

}  // namespace

std::vector<Check> user_checks() {
  const std::vector<std::string> exec = {"--user", "exec", "--detach", "--id"};
  return {
      detail("--user NAME[:GROUP]: by the rootfs's own passwd and group", {"--user"}, kNames,
             finds_a_user_by_name),
      detail("a name of digits is a number", {"--user"}, kHostile, takes_digits_for_a_number),
      detail("a user or group that isn't there: its name in the error", {"--user"}, kNames,
             refuses_a_missing_user),
      detail("HOME is the user's", {"--user"}, kNames, sets_home),
      detail("--group-add adds a group", {"--user", "--group-add"}, kNames, adds_groups),
      detail("a passwd that is a pipe is refused, not waited for", {"--user"}, kHostile,
             survives_a_pipe_for_passwd),
      detail("a passwd that is a link doesn't lead to the host's", {"--user"}, kHostile,
             never_asks_the_host),
      detail("exec is the container's user", exec, kNames, execs_as_the_containers_user),
      detail("exec --user is another one", {"--user", "exec", "exec --user", "--detach", "--id"},
             kNames, switches_in_exec),
  };
}

}  // namespace lockstep::lessons
