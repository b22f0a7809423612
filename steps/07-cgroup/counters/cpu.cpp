// How long its processes computed, and how often they had to wait for their quota's next period.
#include "07-cgroup/counters/parse.hpp"

namespace lockstep::cgroup {
namespace {

constexpr uint64_t kNanoseconds = 1'000;  // in a microsecond

CpuCounters of_v1(const Folder& folder) {
  CpuCounters cpu;
  cpu.total = count_in(folder, "cpuacct.usage").value_or(0);
  cpu.user = count_in(folder, "cpuacct.usage_user").value_or(0);
  cpu.kernel = count_in(folder, "cpuacct.usage_sys").value_or(0);
  cpu.each_cpu = row_in(folder, "cpuacct.usage_percpu");
  cpu.each_cpu_user = row_in(folder, "cpuacct.usage_percpu_user");
  cpu.each_cpu_kernel = row_in(folder, "cpuacct.usage_percpu_sys");
  return cpu;
}

/// Time is counted there without a controller; periods take one.
CpuCounters of_v2(const Folder& folder) {
  const auto counts = counts_in(folder, "cpu.stat");
  CpuCounters cpu;
  cpu.total = of(counts, "usage_usec") * kNanoseconds;
  cpu.user = of(counts, "user_usec") * kNanoseconds;
  cpu.kernel = of(counts, "system_usec") * kNanoseconds;
  return cpu;
}

}  // namespace

std::optional<CpuCounters> read_cpu(const Folders& folders) {
  std::optional<CpuCounters> cpu;
  if (const Folder* const v1 = folders.find("cpuacct")) {
    cpu = of_v1(*v1);
  } else if (folders.v2() != nullptr) {
    cpu = of_v2(*folders.v2());
  }
  const Folder* const quotas = folders.find("cpu");
  if (cpu && quotas != nullptr) {
    const auto counts = counts_in(*quotas, "cpu.stat");
    cpu->periods = of(counts, "nr_periods");
    cpu->throttled_periods = of(counts, "nr_throttled");
    cpu->throttled_time = quotas->is_v2() ? of(counts, "throttled_usec") * kNanoseconds
                                          : of(counts, "throttled_time");
  }
  if (cpu) cpu->pressure = pressure_in(folders, "cpu.pressure");
  return cpu;
}

}  // namespace lockstep::cgroup
