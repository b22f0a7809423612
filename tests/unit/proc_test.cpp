#include "common/os/proc.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "common/os/child.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"

using namespace lockstep;

namespace {

constexpr pid_t kNobody = 0x3fffffff;  // above kernel.pid_max's largest value

std::vector<proc::Mount> mounts_in(const std::string& mountinfo) {
  const testing::TempDir folder;
  std::ofstream(folder / "mountinfo") << mountinfo;
  return proc::mounts(folder / "mountinfo");
}

}  // namespace

TEST_CASE("proc: a process's state, parent and name") {
  Child child = Child::clone(0, [] { ::pause(); });
  const auto stat = proc::stat(child.pid());
  REQUIRE(stat);
  CHECK(stat->parent == ::getpid());
  CHECK((stat->state == 'S' || stat->state == 'R'));
  CHECK(stat->command == proc::stat(0)->command);
}

TEST_CASE("proc: a name full of parentheses and spaces hides nothing") {
  for (const char* name : {") Z 1 (", "a) (b) c", "new\nline)", ")))"}) {
    const std::string seen = testing::in_child([&] {
      ::prctl(PR_SET_NAME, name);
      const auto stat = proc::stat(::getpid());
      return fmt::format("{}|{}|{}", stat->command, stat->state, stat->parent == ::getppid());
    });
    CHECK(seen == std::string(name) + "|R|true");
  }
}

TEST_CASE("proc: a process that has ended but isn't reaped is a Z; then it is nothing") {
  Child child = Child::clone(0, [] {});
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT) == 0);
  CHECK(proc::stat(child.pid())->state == 'Z');
  const pid_t pid = child.pid();
  child.wait();
  CHECK_FALSE(proc::stat(pid));
}

TEST_CASE("proc: the start time stays the same, and a later process has a later one") {
  const auto first = proc::start_time(::getpid());
  REQUIRE(first);
  CHECK(first == proc::start_time(0));
  ::usleep(30'000);  // it is counted in hundredths of a second
  const Child child = Child::clone(0, [] { ::pause(); });
  CHECK(*proc::start_time(child.pid()) > *first);
}

TEST_CASE("proc: of nobody there is nothing to tell") {
  CHECK_FALSE(proc::stat(kNobody));
  CHECK_FALSE(proc::start_time(kNobody));
  CHECK(proc::namespace_of(kNobody, "uts").empty());
  CHECK(proc::namespace_of(0, "nonsense").empty());
  CHECK_FALSE(proc::read_file("/proc/self/nonsense"));
}

TEST_CASE("proc: a namespace's name is its kind and its inode") {
  const std::string uts = proc::namespace_of(0, "uts");
  CHECK(uts.rfind("uts:[", 0) == 0);
  CHECK(uts.back() == ']');
  CHECK(uts == proc::namespace_of(::getpid(), "uts"));
  const Child child = Child::clone(0, [] { ::pause(); });
  CHECK(uts == proc::namespace_of(child.pid(), "uts"));
}

TEST_CASE("proc: all processes, in order, and nothing that is none") {
  const auto all = proc::all();
  CHECK(std::is_sorted(all.begin(), all.end()));
  CHECK(std::count(all.begin(), all.end(), ::getpid()) == 1);
  CHECK(std::all_of(all.begin(), all.end(), [](pid_t pid) { return pid > 0; }));
}

TEST_CASE("proc: mountinfo's lines, with any number of optional fields") {
  const auto mounts = mounts_in(
      "22 27 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
      "30 22 0:25 /sub /mnt ro shared:1 master:2 propagate_from:3 - ext4 /dev/sda1 ro,errors=x\n"
      "31 30 0:26 / /mnt/deep rw - tmpfs none rw\n");
  REQUIRE(mounts.size() == 3);
  CHECK(mounts[0].id == 22);
  CHECK(mounts[0].parent == 27);
  CHECK(mounts[0].target == "/sys");
  CHECK(mounts[0].options == "rw,nosuid");
  CHECK(mounts[0].propagation == "shared:7");
  CHECK(mounts[0].type == "sysfs");
  CHECK(mounts[1].root == "/sub");
  CHECK(mounts[1].propagation == "shared:1 master:2 propagate_from:3");
  CHECK(mounts[1].source == "/dev/sda1");
  CHECK(mounts[2].propagation.empty());
  CHECK(mounts[2].type == "tmpfs");
}

TEST_CASE("proc: a mount point with spaces, newlines, backslashes is read as it is") {
  const auto mounts =
      mounts_in("1 0 0:1 /a\\040b /x\\040y\\011z\\012n\\134040\\043 rw - tmpfs none rw\n");
  REQUIRE(mounts.size() == 1);
  CHECK(mounts[0].root == "/a b");
  CHECK(mounts[0].target == "/x y\tz\nn\\040#");
}

TEST_CASE("proc: no mountinfo, an empty one, a torn one") {
  CHECK(proc::mounts("/no/such/file").empty());
  CHECK(mounts_in("").empty());
  CHECK(mounts_in("1 0 0:1").size() <= 1);  // and no crash
}

TEST_CASE("proc: the mount that holds a path is the longest one on its way") {
  CHECK(proc::mount_of("/proc")->target == "/proc");
  CHECK(proc::mount_of("/proc/self/status")->type == "proc");
  CHECK(proc::mount_of("/process/elsewhere")->target != "/proc");
  CHECK(proc::mount_of("/")->target == "/");
}
