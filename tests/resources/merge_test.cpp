#include "07-cgroup/commands.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::cgroup {
namespace {

TEST_CASE("update: what isn't asked for stays, of the same device the new limit counts") {
  oci::Resources now;
  now.memory.limit = 100;
  now.cpu.cpus = "0";
  now.block_io.read_bps = {{8, 0, 1000}, {8, 16, 2000}};
  now.devices = {oci::DeviceRule{}};
  now.unified["memory.high"] = "50";
  oci::Resources changes;
  changes.pids.limit = 7;
  changes.memory.swap = 300;
  changes.block_io.read_bps = {{8, 0, 5}};
  changes.unified["memory.high"] = "60";
  const oci::Resources all = merged(now, changes);
  CHECK(all.memory.limit == 100);
  CHECK(all.memory.swap == 300);
  CHECK(all.cpu.cpus == "0");
  CHECK(all.pids.limit == 7);
  CHECK(all.devices.size() == 1);
  CHECK(all.unified.at("memory.high") == "60");
  REQUIRE(all.block_io.read_bps.size() == 2);
  CHECK(all.block_io.read_bps[0].minor == 16);
  CHECK(all.block_io.read_bps[1].rate == 5);
}

}  // namespace
}  // namespace lockstep::cgroup
