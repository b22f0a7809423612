// How much memory its processes use, and how often there was none left.
#include "07-cgroup/counters/parse.hpp"
#include "common/os/error.hpp"

namespace lockstep::cgroup {
namespace {

/// `name` is "memory", "memory.memsw", …
Amount amount_v1(const Folder& folder, const std::string& name) {
  return {count_in(folder, name + ".usage_in_bytes").value_or(0),
          count_in(folder, name + ".max_usage_in_bytes").value_or(0),
          count_in(folder, name + ".limit_in_bytes").value_or(0),
          count_in(folder, name + ".failcnt").value_or(0)};
}

MemoryCounters of_v1(const Folder& folder) {
  MemoryCounters memory;
  memory.usage = amount_v1(folder, "memory");
  memory.swap = amount_v1(folder, "memory.memsw");
  memory.kernel = amount_v1(folder, "memory.kmem");
  memory.kernel_tcp = amount_v1(folder, "memory.kmem.tcp");
  memory.all = counts_in(folder, "memory.stat");
  memory.cache = of(memory.all, "total_cache");
  memory.inactive_file = of(memory.all, "total_inactive_file");
  return memory;
}

/// Version 2 counts swap apart; here it is what version 1 has, memory and swap together.
Amount with_memory(const Folder& folder, const Amount& memory) {
  if (!folder.has("memory.swap.current")) return {};
  const uint64_t limit = count_in(folder, "memory.swap.max").value_or(kNoLimit);
  const bool unlimited = limit == kNoLimit || memory.limit == kNoLimit;
  return {count_in(folder, "memory.swap.current").value_or(0) + memory.usage, 0,
          unlimited ? kNoLimit : limit + memory.limit,
          of(counts_in(folder, "memory.swap.events"), "fail")};
}

MemoryCounters of_v2(const Folder& folder) {
  MemoryCounters memory;
  memory.usage = {count_in(folder, "memory.current").value_or(0),
                  count_in(folder, "memory.peak").value_or(0),
                  count_in(folder, "memory.max").value_or(kNoLimit),
                  of(counts_in(folder, "memory.events"), "max")};
  memory.swap = with_memory(folder, memory.usage);
  memory.all = counts_in(folder, "memory.stat");
  memory.cache = of(memory.all, "file");
  memory.inactive_file = of(memory.all, "inactive_file");
  memory.kernel.usage = of(memory.all, "kernel");  // 5.18
  memory.kernel.limit = kNoLimit;
  memory.kernel_tcp.usage = of(memory.all, "sock");
  memory.kernel_tcp.limit = kNoLimit;
  return memory;
}

}  // namespace

std::optional<MemoryCounters> read_memory(const Folders& folders) {
  const Folder* const folder = folders.find("memory");
  if (folder == nullptr) return std::nullopt;
  MemoryCounters memory = folder->is_v2() ? of_v2(*folder) : of_v1(*folder);
  memory.pressure = pressure_in(folders, "memory.pressure");
  return memory;
}

std::optional<uint64_t> oom_kills(const Folders& folders) {
  try {
    const Folder* const folder = folders.find("memory");
    if (folder == nullptr) return std::nullopt;
    const auto counts =
        counts_in(*folder, folder->is_v2() ? "memory.events" : "memory.oom_control");
    const auto found = counts.find("oom_kill");
    return found == counts.end() ? std::nullopt : std::optional(found->second);
  } catch (const SysError& error) {
    if (error.code() != ENODEV) throw;  // removed while it was open
    return std::nullopt;
  }
}

}  // namespace lockstep::cgroup
