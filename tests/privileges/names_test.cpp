#include "08-capabilities/labels.hpp"
#include "08-capabilities/sets.hpp"
#include "common/os/capabilities.hpp"
#include "common/os/limits.hpp"
#include "tests/support/doctest.hpp"

// Names, numbers and masks.

namespace lockstep {
namespace {

TEST_CASE("capabilities: names are the kernel's, in its order") {
  CHECK(words::capability(0) == "CAP_CHOWN");
  CHECK(words::capability(21) == "CAP_SYS_ADMIN");
  CHECK(words::capability(40) == "CAP_CHECKPOINT_RESTORE");
  for (unsigned number = 0; number <= 40; ++number)
    CHECK(words::capability_number(words::capability(number)) == number);
  CHECK(!words::capability_number("CAP_NO"));
  CHECK(!words::capability_number("cap_chown"));
  CHECK(words::capabilities(0) == "0");
  CHECK(words::capabilities(0x21) == "CAP_CHOWN|CAP_KILL");
}

TEST_CASE("capabilities: the default set is docker's") { CHECK(caps::default_set() == 0xa80425fb); }

TEST_CASE("capabilities: who isn't root is granted only what is ambient") {
  oci::Process process;
  process.user.uid = 1000;
  process.capabilities = oci::Capabilities{0x21, 0x21, 0x21, 0x20, 0x21};
  const oci::Capabilities sets = caps::granted(process);
  CHECK((sets.permitted & ~uint64_t{0x20}) == 0);
  CHECK(sets.permitted == sets.ambient);
  CHECK(sets.effective == sets.ambient);
}

TEST_CASE("capabilities: none are wanted where the config has none") {
  CHECK(caps::wanted({}) == oci::Capabilities{});
}

TEST_CASE("limits: names") {
  CHECK(words::resource(words::resource_number("RLIMIT_NOFILE").value()) == "RLIMIT_NOFILE");
  CHECK(!words::resource_number("NOFILE"));
  CHECK(words::limit(UINT64_MAX) == "RLIM64_INFINITY");
  CHECK(words::scheduling_policy("SCHED_IDLE") == 5);
  CHECK(words::scheduling_flag("SCHED_FLAG_RECLAIM") == 2);
  CHECK(words::io_class("IOPRIO_CLASS_BE") == 2);
}

TEST_CASE("limits: lists of CPUs") {
  CHECK(words::cpu_list("0-2,7") == std::vector<unsigned>{0, 1, 2, 7});
  for (const char* wrong : {"", ",", "1-", "-1", "2-1", "1024", "a", "0-9999999999"})
    CHECK(!words::cpu_list(wrong));
}

TEST_CASE("labels: a part of a default label") {
  caps::LabelParts parts;
  parts.level = "s0:c1,c2";
  CHECK(parts.of_process() == "system_u:system_r:container_t:s0:c1,c2");
  CHECK(parts.of_mounts() == "system_u:object_r:container_file_t:s0:c1,c2");
}

}  // namespace
}  // namespace lockstep
