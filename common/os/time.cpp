#include "common/os/time.hpp"

#include <fmt/format.h>

namespace lockstep {

using namespace std::chrono;

std::string rfc3339(sys_seconds time) {
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::string rfc3339(sys_time<nanoseconds> time) {
  const auto second = floor<seconds>(time);
  std::string out = rfc3339(second);
  out.pop_back();
  return out + fmt::format(".{:09}Z", (time - second).count());
}

}  // namespace lockstep
