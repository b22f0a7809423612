#include <unistd.h>

#include "07-cgroup/freezer.hpp"
#include "common/os/child.hpp"
#include "common/os/proc.hpp"
#include "tests/resources/own_cgroup.hpp"

namespace lockstep::cgroup {
namespace {

void check_freezer(const OwnCgroup& own, const std::string& file) {
  Child child = Child::clone(0, [] {
    for (;;) ::getppid();
  });
  own.folder().write(file, std::to_string(child.pid()));
  CHECK_FALSE(is_frozen(own.folders()));
  freeze(own.folders());
  CHECK(is_frozen(own.folders()));
  const auto cpu_time = [&] {  // fields 14 and 15 of its stat, and the state
    const std::string stat =
        proc::read_file("/proc/" + std::to_string(child.pid()) + "/stat").value_or("");
    return stat.substr(stat.rfind(')'), 60);
  };
  const std::string before = cpu_time();
  ::usleep(100'000);
  CHECK(cpu_time() == before);
  thaw(own.folders());
  thaw(own.folders());
  CHECK_FALSE(is_frozen(own.folders()));
}

TEST_CASE("freezer: version 2's, also on a hybrid machine") {
  if (::geteuid() != 0) SKIP("needs root");
  const OwnCgroup own;
  if (!own || !has_freezer(own.folders())) SKIP("there is no version 2 with cgroup.freeze");
  check_freezer(own, "cgroup.procs");
}

TEST_CASE("freezer: version 1's") {
  if (::geteuid() != 0) SKIP("needs root");
  const OwnCgroup own("freezer");
  if (!own) SKIP("there is no hierarchy of version 1 with the freezer");
  check_freezer(own, "tasks");
}

}  // namespace
}  // namespace lockstep::cgroup
