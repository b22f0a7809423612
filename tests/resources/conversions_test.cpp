#include "07-cgroup/controllers/controllers.hpp"
#include "common/os/error.hpp"
#include "tests/support/doctest.hpp"

namespace lockstep::cgroup {
namespace {

TEST_CASE("conversions: v1's shares as v2's weight, with the default on the default") {
  CHECK(weight_of_shares(0) == 1);
  CHECK(weight_of_shares(2) == 1);
  CHECK(weight_of_shares(1024) == 100);
  CHECK(weight_of_shares(262'144) == 10'000);
  CHECK(weight_of_shares(1'000'000) == 10'000);
  int64_t before = 1;
  for (int64_t shares = 2; shares <= 262'144; shares += 97) {
    const int64_t weight = weight_of_shares(shares);
    CHECK(weight >= before);
    before = weight;
  }
}

TEST_CASE("conversions: v1's weight of block I/O as v2's") {
  CHECK(io_weight(10) == 1);
  CHECK(io_weight(500) == 4950);
  CHECK(io_weight(1000) == 10'000);
}

TEST_CASE("conversions: swap is counted with memory in v1 and the spec, alone in v2") {
  oci::MemoryLimits memory;
  memory.limit = 100;
  memory.swap = 150;
  CHECK(swap_alone(memory) == 50);
  memory.swap = 100;
  CHECK(swap_alone(memory) == 0);
  memory.swap = -1;
  CHECK(swap_alone(memory) == -1);
  memory.limit = -1;
  memory.swap.reset();
  CHECK(swap_alone(memory) == -1);
  memory.limit.reset();
  memory.swap = 150;
  CHECK_THROWS_AS(swap_alone(memory), Error);
}

}  // namespace
}  // namespace lockstep::cgroup
