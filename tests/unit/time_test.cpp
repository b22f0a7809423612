#include "common/os/time.hpp"

#include "tests/support/doctest.hpp"

using namespace lockstep;
using namespace std::chrono;
using testing::text;

TEST_CASE("time: RFC 3339, in UTC, whatever the time zone") {
  CHECK(text(rfc3339(sys_seconds())) == "1970-01-01T00:00:00Z");
  const sys_seconds time = sys_days(2024y / February / 29) + 3h + 4min + 5s;
  CHECK(text(rfc3339(time)) == "2024-02-29T03:04:05Z");
  CHECK(text(rfc3339(time + 67ns)) == "2024-02-29T03:04:05.000000067Z");
}
