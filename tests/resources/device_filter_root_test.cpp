#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

#include "07-cgroup/device_filter.hpp"
#include "common/os/bpf.hpp"
#include "common/os/child.hpp"
#include "common/os/error.hpp"
#include "tests/resources/own_cgroup.hpp"

// The program that v2 is given, in the kernel itself: in a cgroup of version 2's of the test's own, where a child
// opens devices that exist on every machine.

namespace lockstep::cgroup {
namespace {

using Rules = std::vector<oci::DeviceRule>;

/// What happens to a child that is born in a cgroup with these rules and opens `path` so: 0 or errno.
int opening(const Rules& rules, const char* path, int flags) {
  const OwnCgroup own;
  REQUIRE(own);
  const Fd program = sys::load_device_program(device_program(rules));
  sys::attach_device_program(own.folder().fd(), own.folder().path(), program);
  sys::Birthplace birthplace{own.folder().fd().duplicate()};
  Child child = Child::clone(0, &birthplace, [&] {
    REQUIRE(birthplace.taken);
    const int fd = ::open(path, flags | O_CLOEXEC);
    ::_exit(fd >= 0 ? 0 : errno);
  });
  return child.wait().shell_code();
}

bool no_cgroup2() {
  if (::geteuid() != 0) return true;
  return !OwnCgroup();
}

oci::DeviceRule allow(int64_t major, int64_t minor, const char* access) {
  return {true, "c", major, minor, access};
}
oci::DeviceRule deny(int64_t major, int64_t minor, const char* access) {
  return {false, "c", major, minor, access};
}

TEST_CASE("device program: what no rule is about is denied") {
  if (no_cgroup2()) SKIP("needs root and cgroup v2");
  CHECK(opening({}, "/dev/null", O_RDONLY) == EPERM);
  CHECK(opening({allow(1, 5, "rwm")}, "/dev/null", O_RDONLY) == EPERM);
  CHECK(opening({allow(1, 3, "rwm")}, "/dev/null", O_RDWR) == 0);
  CHECK(opening({{true, "b", 1, 3, "rwm"}}, "/dev/null", O_RDONLY) == EPERM);
}

TEST_CASE("device program: each way to use a device counts by itself") {
  if (no_cgroup2()) SKIP("needs root and cgroup v2");
  CHECK(opening({allow(1, 3, "r")}, "/dev/null", O_RDONLY) == 0);
  CHECK(opening({allow(1, 3, "r")}, "/dev/null", O_WRONLY) == EPERM);
  CHECK(opening({allow(1, 3, "r")}, "/dev/null", O_RDWR) == EPERM);
  CHECK(opening({allow(1, 3, "r"), allow(1, 3, "w")}, "/dev/null", O_RDWR) == 0);
  CHECK(opening({allow(1, 3, "rw"), deny(1, 3, "w")}, "/dev/null", O_RDWR) == EPERM);
  CHECK(opening({allow(1, 3, "rw"), deny(1, 3, "w")}, "/dev/null", O_RDONLY) == 0);
}

TEST_CASE("device program: the last rule about a device decides") {
  if (no_cgroup2()) SKIP("needs root and cgroup v2");
  const oci::DeviceRule all{true, "a", {}, {}, "rwm"};
  CHECK(opening({all}, "/dev/zero", O_RDONLY) == 0);
  CHECK(opening({all, deny(1, 5, "rwm")}, "/dev/zero", O_RDONLY) == EPERM);
  CHECK(opening({all, deny(1, 5, "rwm")}, "/dev/null", O_RDONLY) == 0);
  CHECK(opening({deny(1, 5, "rwm"), all}, "/dev/zero", O_RDONLY) == 0);
  CHECK(opening({{true, "c", 1, {}, "rwm"}}, "/dev/full", O_RDONLY) == 0);
}

TEST_CASE("device rules: everybody's devices come behind those that were asked for") {
  const Rules rules = all_rules({oci::DeviceRule{}, allow(10, 229, "rw")});
  CHECK_FALSE(rules.front().allow);
  CHECK(is_about_all(rules.front()));
  CHECK(rules[1].minor == 229);
  CHECK(rules.size() > 8);
  CHECK(all_rules({{true, "a", {}, {}, "rwm"}}).size() == 1);
  CHECK(all_rules({deny(1, 3, "r"), {true, "a", {}, {}, "mrw"}}).size() == 1);
}

TEST_CASE("device rules: what v1's list can't say is refused") {
  if (::geteuid() != 0) SKIP("needs root");
  const OwnCgroup own("devices");
  if (!own) SKIP("there is no hierarchy of version 1 with devices");
  const Rules part = {allow(1, 3, "rwm"), {true, "c", 10, {}, "rwm"}, deny(10, 229, "rwm")};
  CHECK_THROWS_AS(filter_devices(part, own.folders()), Error);
  filter_devices({allow(10, 229, "rw")}, own.folders());
  const std::string list = own.folder().read("devices.list").value_or("");
  CHECK(list.find("c 10:229 rw\n") != std::string::npos);
  CHECK(list.find("a *:*") == std::string::npos);
}

}  // namespace
}  // namespace lockstep::cgroup
