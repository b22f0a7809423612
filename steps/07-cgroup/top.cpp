#include "07-cgroup/top.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep::cgroup {

std::string cpu_time(uint64_t ticks, long ticks_per_second) {
  const uint64_t all = ticks / static_cast<uint64_t>(std::max(ticks_per_second, 1L));
  const uint64_t days = all / 86'400;
  return fmt::format("{}{:02}:{:02}:{:02}", days > 0 ? fmt::format("{}-", days) : "",
                     all / 3'600 % 24, all / 60 % 60, all % 60);
}

}  // namespace lockstep::cgroup
