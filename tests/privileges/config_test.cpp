#include "common/oci/config_json.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

// What config.json says about privileges: there and back.

namespace lockstep::oci {
namespace {

constexpr const char* kAll = R"({"ociVersion": "1.0.2", "process": {"args": ["sh"], "cwd": "/",
  "capabilities": {"bounding": ["CAP_KILL", "CAP_CHOWN"], "ambient": ["CAP_KILL"]},
  "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 7, "hard": 18446744073709551615}],
  "noNewPrivileges": true, "apparmorProfile": "p", "selinuxLabel": "l", "oomScoreAdj": -3,
  "scheduler": {"policy": "SCHED_DEADLINE", "runtime": 1, "deadline": 2, "period": 3,
                "flags": ["SCHED_FLAG_RECLAIM"]},
  "ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 4},
  "execCPUAffinity": {"initial": "0", "final": "1-2"}},
  "linux": {"sysctl": {"net.a": "b"}, "mountLabel": "m", "personality": {"domain": "LINUX32"}}})";

TEST_CASE("config: privileges, there and back") {
  const Config first = read_config(kAll, "c", 9);
  for (const Config& config : {first, read_config(write_config(first), "c", 9)}) {
    const Process& process = config.process;
    CHECK(process.capabilities == Capabilities{0x21, 0, 0, 0, 0x20});
    REQUIRE(process.rlimits.size() == 1);
    CHECK(process.rlimits[0].hard == UINT64_MAX);
    CHECK(process.rlimits[0].soft == 7);
    CHECK(process.no_new_privileges);
    CHECK(process.apparmor_profile == "p");
    CHECK(process.selinux_label == "l");
    CHECK(process.oom_score_adj == -3);
    CHECK(process.scheduler.value().period == 3);
    CHECK(process.scheduler.value().flags.size() == 1);
    CHECK(process.io_priority.value().priority == 4);
    CHECK(process.exec_cpu_affinity.before_cgroup == "0");
    CHECK(process.exec_cpu_affinity.in_cgroup == "1-2");
    CHECK(config.linux.sysctl.at("net.a") == "b");
    CHECK(config.linux.mount_label == "m");
    CHECK(config.linux.personality == "LINUX32");
  }
}

TEST_CASE("config: an empty set of capabilities is another thing than none") {
  const char* const text =
      R"({"ociVersion": "1.0.2", "process": {"args": ["sh"], "cwd": "/", "capabilities": {}}})";
  const Config config = read_config(text, "c", 9);
  CHECK(read_config(write_config(config), "c", 9).process.capabilities == Capabilities{});
}

TEST_CASE("config: exec has what the container has, and what it is given beyond") {
  const Process own = read_config(kAll, "c", 9).process;
  Process more;
  more.capabilities = Capabilities{0x1000, 0x1000, 0x1000, 0, 0};
  more.apparmor_profile = "q";
  add_privileges(more, own);
  CHECK(more.capabilities == Capabilities{0x1021, 0x1000, 0x1000, 0, 0x20});
  CHECK(more.apparmor_profile == "q");
  CHECK(more.selinux_label == "l");
  CHECK(more.no_new_privileges);
  CHECK(more.rlimits.size() == 1);
}

TEST_CASE("config: step07 refuses what step08 does") {
  CHECK_THROWS_AS(read_config(kAll, "c", 7), Error);
}

}  // namespace
}  // namespace lockstep::oci
