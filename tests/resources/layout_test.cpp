#include "07-cgroup/layout.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "tests/support/doctest.hpp"

// What other machines' files say.

namespace lockstep::cgroup {
namespace {

namespace fs = std::filesystem;

class Machine {
 public:
  Machine(const std::string& mountinfo, const std::string& cgroup) {
    char folder[] = "/tmp/layout-XXXXXX";
    folder_ = ::mkdtemp(folder);
    std::ofstream(folder_ / "mountinfo") << mountinfo;
    std::ofstream(folder_ / "cgroup") << cgroup;
  }
  ~Machine() { fs::remove_all(folder_); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  std::vector<Hierarchy> read() const {
    return hierarchies_in(folder_ / "mountinfo", folder_ / "cgroup");
  }

 private:
  fs::path folder_;
};

TEST_CASE("layout: version 2 alone, in a user's session") {
  const Machine machine(
      "24 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
      "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
      "0::/user.slice/user-1000.slice/session-2.scope\n");
  const auto all = machine.read();
  REQUIRE(all.size() == 1);
  CHECK(all[0].is_v2());
  CHECK(all[0].name() == "unified");
  CHECK(all[0].folder(all[0].own) == "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope");
  CHECK(all[0].folder("/") == "/sys/fs/cgroup");
}

TEST_CASE("layout: hybrid, with two controllers in one hierarchy") {
  const Machine machine(
      "31 24 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n"
      "32 31 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
      "33 31 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
      "34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n",
      "4:cpu,cpuacct:/user.slice\n1:name=systemd:/user.slice/s.scope\n0::/user.slice/s.scope\n");
  const auto all = machine.read();
  REQUIRE(all.size() == 3);
  CHECK(all[0].is_v2());
  CHECK(all[1].name() == "cpu,cpuacct");
  CHECK(all[1].folder(all[1].own + "/x") == "/sys/fs/cgroup/cpu,cpuacct/user.slice/x");
  CHECK(all[2].name() == "name=systemd");
}

TEST_CASE("layout: in a container whose mount shows less than all") {
  const Machine machine(
      "34 31 0:31 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
      "4:memory:/docker/abc\n");
  const auto all = machine.read();
  REQUIRE(all.size() == 1);
  CHECK(all[0].folder("/docker/abc") == "/sys/fs/cgroup/memory");
  CHECK(all[0].folder("/docker/abc/x") == "/sys/fs/cgroup/memory/x");
  CHECK_FALSE(all[0].folder("/docker/abcd").has_value());
  CHECK_FALSE(all[0].folder("/").has_value());
}

TEST_CASE("layout: what can't be reached isn't there") {
  SUBCASE("a cgroup outside of the namespace") {
    const Machine machine("35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
                          "0::/../other\n");
    CHECK(machine.read().empty());
  }
  SUBCASE("a mount of another part") {
    const Machine machine("35 24 0:30 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/b\n");
    CHECK(machine.read().empty());
  }
  SUBCASE("no mount") {
    const Machine machine("24 1 8:1 / / rw - ext4 /dev/sda1 rw\n", "4:memory:/\n0::/\n");
    CHECK(machine.read().empty());
  }
}

}  // namespace
}  // namespace lockstep::cgroup
