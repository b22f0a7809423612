// The cpu controller: how much of the machine's computing time.
#include <fmt/format.h>

#include <cmath>

#include "07-cgroup/controllers/controllers.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

constexpr int64_t kDefaultPeriod = 100'000;

bool asks(const std::optional<int64_t>& number) { return number.value_or(0) != 0; }

void set_quota_v1(const oci::CpuLimits& cpu, const Folder& folder) {
  bool again = false;
  if (asks(cpu.period)) {
    try {
      folder.write("cpu.cfs_period_us", std::to_string(*cpu.period), "how long a period is");
    } catch (const SysError& error) {
      // A shorter period makes the old quota a larger share: perhaps more than the cgroup above has.
      again = error.code() == EINVAL && asks(cpu.quota);
      if (!again) throw;
    }
  }
  if (asks(cpu.quota))
    folder.write("cpu.cfs_quota_us", std::to_string(*cpu.quota),
                 "in each period it may compute so long, on all CPUs together");
  if (again) folder.write("cpu.cfs_period_us", std::to_string(*cpu.period));
  if (cpu.burst) folder.write("cpu.cfs_burst_us", std::to_string(*cpu.burst));
}

void set_realtime_v1(const oci::CpuLimits& cpu, const Folder& folder) {
  if (asks(cpu.realtime_period))
    folder.write("cpu.rt_period_us", std::to_string(*cpu.realtime_period));
  if (asks(cpu.realtime_runtime))
    folder.write("cpu.rt_runtime_us", std::to_string(*cpu.realtime_runtime));
}

/// "cpu.max" is both: what isn't asked for stays.
void set_quota_v2(const oci::CpuLimits& cpu, const Folder& folder) {
  if (asks(cpu.quota) || asks(cpu.period)) {
    auto now = fields(folder.read("cpu.max").value_or(""));
    if (now.size() != 2) now = {"max", std::to_string(kDefaultPeriod)};
    if (asks(cpu.quota)) now[0] = *cpu.quota < 0 ? "max" : std::to_string(*cpu.quota);
    if (asks(cpu.period)) now[1] = std::to_string(*cpu.period);
    folder.write("cpu.max", now[0] + " " + now[1],
                 "so many microseconds of computing in each period, on all CPUs together");
  }
  if (cpu.burst) folder.write("cpu.max.burst", std::to_string(*cpu.burst));
}

void set_v2(const oci::CpuLimits& cpu, const Folder& folder) {
  if (asks(cpu.realtime_runtime) || asks(cpu.realtime_period))
    throw Error(
        "real-time computing (linux.resources.cpu.realtimeRuntime, realtimePeriod) can't be "
        "limited: cgroup v2 has no such setting",
        "leave it out");
  if (cpu.idle) folder.write("cpu.idle", std::to_string(*cpu.idle));
  if (asks(cpu.shares))
    folder.write("cpu.weight", std::to_string(weight_of_shares(*cpu.shares)),
                 "its share where others want to compute, too; who says nothing has 100");
  set_quota_v2(cpu, folder);
}

}  // namespace

void set_cpu(const oci::CpuLimits& cpu, const Folders& folders) {
  const bool any = asks(cpu.shares) || asks(cpu.quota) || asks(cpu.period) || cpu.burst ||
                   cpu.idle || asks(cpu.realtime_period) || asks(cpu.realtime_runtime);
  if (!any) return;
  const bool unlimited = cpu.quota.value_or(0) < 0 && !asks(cpu.shares) && !asks(cpu.period);
  if (unlimited && folders.find("cpu") == nullptr) return;  // as it is already
  const Folder& folder = folders.need("cpu", "a limit of computing time (linux.resources.cpu)");
  if (folder.is_v2()) return set_v2(cpu, folder);
  if (cpu.idle) folder.write("cpu.idle", std::to_string(*cpu.idle));
  if (asks(cpu.shares))
    folder.write("cpu.shares", std::to_string(*cpu.shares),
                 "its share where others want to compute, too; who says nothing has 1024");
  set_quota_v1(cpu, folder);
  set_realtime_v1(cpu, folder);
}

int64_t weight_of_shares(int64_t shares) {
  constexpr int64_t kLeast = 2;
  constexpr int64_t kMost = 262'144;
  if (shares <= kLeast) return 1;
  if (shares >= kMost) return 10'000;
  // The curve through (2, 1), (1024, 100) and (262144, 10000), which runc and crun have agreed on: a
  // straight line would make 1024 a weight of 39, less than who says nothing.
  const double l = std::log2(static_cast<double>(shares));
  return static_cast<int64_t>(std::ceil(std::pow(10.0, (l * l + 125 * l) / 612 - 7.0 / 34)));
}

}  // namespace lockstep::cgroup
