#include <fmt/format.h>

#include <string>

#include "common/oci/config_json.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::oci {
namespace {

const char* const kEverything = R"({
  "ociVersion": "1.0.2",
  "linux": {
    "cgroupsPath": "/a/b",
    "resources": {
      "devices": [{"allow": false, "access": "rwm"},
                  {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"},
                  {"allow": true, "type": "b", "major": -1, "minor": -1}],
      "memory": {"limit": 1048576, "reservation": 4096, "swap": -1, "kernel": -1, "kernelTCP": 7,
                 "swappiness": 60, "disableOOMKiller": false, "useHierarchy": true,
                 "checkBeforeUpdate": true},
      "cpu": {"shares": 512, "quota": 20000, "burst": 1000, "period": 50000,
              "realtimeRuntime": 950, "realtimePeriod": 1000, "idle": 0, "cpus": "0-1,3",
              "mems": "0"},
      "pids": {"limit": 0},
      "blockIO": {"weight": 10, "leafWeight": 1000,
                  "weightDevice": [{"major": 8, "minor": 0, "weight": 500}],
                  "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 600}],
                  "throttleWriteBpsDevice": [{"major": 8, "minor": 1, "rate": 601}],
                  "throttleReadIOPSDevice": [{"major": 8, "minor": 2, "rate": 602}],
                  "throttleWriteIOPSDevice": [{"major": 8, "minor": 3, "rate": 603}]},
      "hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}],
      "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
      "rdma": {"mlx5_1": {"hcaHandles": 3}},
      "unified": {"memory.high": "1000000"}
    }
  }
})";

std::string refusal(const std::string& resources) {
  try {
    read_config(R"({"ociVersion": "1.0.2", "linux": {"resources": )" + resources + "}}");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

void check_all(const Config& config) {
  const Resources& all = config.linux.resources;
  CHECK(config.linux.cgroups_path == "/a/b");
  REQUIRE(all.devices.size() == 3);
  CHECK_FALSE(all.devices[0].allow);
  CHECK(all.devices[0].type == "a");
  CHECK(all.devices[1].minor == 229);
  CHECK(all.devices[1].access == "rw");
  CHECK_FALSE(all.devices[2].major.has_value());
  CHECK(all.devices[2].access == "rwm");
  CHECK(all.memory.limit == 1048576);
  CHECK(all.memory.swap == -1);
  CHECK(all.memory.swappiness == 60);
  CHECK(all.memory.disable_oom_killer == false);
  CHECK(all.memory.check_before_update == true);
  CHECK(all.cpu.shares == 512);
  CHECK(all.cpu.idle == 0);
  CHECK(all.cpu.cpus == "0-1,3");
  CHECK(all.pids.limit == 0);
  REQUIRE(all.block_io.weight_device.size() == 1);
  CHECK(all.block_io.weight_device[0].weight == 500);
  REQUIRE(all.block_io.write_iops.size() == 1);
  CHECK(all.block_io.write_iops[0].rate == 603);
  REQUIRE(all.hugepage_limits.size() == 1);
  CHECK(all.hugepage_limits[0].page_size == "2MB");
  CHECK(all.network.class_id == 1048577);
  REQUIRE(all.rdma.count("mlx5_1") == 1);
  CHECK(all.rdma.at("mlx5_1").hca_handles == 3);
  CHECK(all.unified.at("memory.high") == "1000000");
}

TEST_CASE("oci resources: what is read is written, and read again") {
  const Config config = read_config(kEverything);
  check_all(config);
  const std::string written = write_config(config);
  check_all(read_config(written));
  CHECK(write_config(read_config(written)) == written);
}

TEST_CASE("oci resources: nothing asked for is nothing written") {
  const std::string written = write_config(
      read_config(R"({"ociVersion": "1.0.2", "linux": {"resources": {"memory": {}}}})"));
  CHECK(written.find("resources") == std::string::npos);
}

TEST_CASE("oci resources: what can't be is named with its place") {
  const std::string place = "config.json: linux.resources.";
  CHECK(refusal(R"({"memory": {"limit": "1g"}})") ==
        place + "memory.limit: expected an integer, got \"1g\"");
  CHECK(refusal(R"({"memory": {"limit": -2}})") ==
        place + "memory.limit: expected an integer from -1 to 9223372036854775807, got -2");
  CHECK(refusal(R"({"memory": {"limit": 2000, "swap": 1000}})") ==
        place + "memory.swap: is memory and swap together, so it can't be less than limit");
  CHECK(refusal(R"({"memory": {"swappiness": 101}})") ==
        place + "memory.swappiness: expected an integer from 0 to 100, got 101");
  CHECK(refusal(R"({"devices": [{"access": "r"}]})") == place + "devices[0].allow: is required");
  CHECK(refusal(R"({"devices": [{"allow": true, "type": "x"}]})") ==
        place + "devices[0].type: expected one of a, b, c, got \"x\"");
  CHECK(refusal(R"({"devices": [{"allow": true, "access": "rx"}]})") ==
        place + "devices[0].access: expected some of the letters r, w, m, got \"rx\"");
  CHECK(refusal(R"({"cpu": {"cpus": "0;1"}})") ==
        place + "cpu.cpus: expected a list of numbers and ranges, such as 0-3,7, got \"0;1\"");
  CHECK(refusal(R"({"cpu": {"quota": 1000, "burst": 2000}})") ==
        place + "cpu.burst: may not be larger than quota");
  CHECK(refusal(R"({"blockIO": {"weight": 5}})") ==
        place + "blockIO.weight: expected a weight from 10 to 1000, got 5");
  CHECK(refusal(R"({"blockIO": {"weightDevice": [{"major": 8, "minor": 0}]}})") ==
        place + "blockIO.weightDevice[0]: needs a weight or a leafWeight");
  CHECK(refusal(R"({"hugepageLimits": [{"pageSize": "../2MB", "limit": 1}]})") ==
        place +
            "hugepageLimits[0].pageSize: expected a page size such as 64KB, 2MB or 1GB, got "
            "\"../2MB\"");
  CHECK(refusal(R"({"rdma": {"mlx5_1": {}}})") ==
        place + "rdma.mlx5_1: needs hcaHandles or hcaObjects");
  CHECK(refusal(R"({"unified": {"../x.y": "1"}})") ==
        place + "unified: \"../x.y\": is no file of a cgroup, such as \"memory.high\"");
  CHECK(refusal(R"({"unified": {"memory.high": 7}})") ==
        place + "unified[\"memory.high\"]: expected a string, got 7");
}

TEST_CASE("oci resources: a cgroup's path doesn't climb") {
  for (const char* path : {"..", "/a/../b", "/", "a/..", "a\\nb"}) {
    CAPTURE(path);
    CHECK_THROWS_AS(read_config(fmt::format(
                        R"({{"ociVersion": "1.0.2", "linux": {{"cgroupsPath": "{}"}}}})", path)),
                    Error);
  }
}

}  // namespace
}  // namespace lockstep::oci
