// What a container's limits are after an update.
#include <algorithm>

#include "07-cgroup/commands.hpp"

namespace lockstep::cgroup {
namespace {

template <typename T>
void take(std::optional<T>& now, const std::optional<T>& change) {
  if (change) now = change;
}

void take(std::string& now, const std::string& change) {
  if (!change.empty()) now = change;
}

/// Of the same device the new one.
template <typename Device, typename Same>
void take(std::vector<Device>& now, const std::vector<Device>& changes, Same same) {
  for (const Device& change : changes) {
    std::erase_if(now, [&](const Device& old) { return same(old, change); });
    now.push_back(change);
  }
}

constexpr auto kSameDevice = [](const auto& one, const auto& other) {
  return one.major == other.major && one.minor == other.minor;
};

void take_memory(oci::MemoryLimits& now, const oci::MemoryLimits& change) {
  take(now.limit, change.limit);
  take(now.reservation, change.reservation);
  take(now.swap, change.swap);
  take(now.kernel, change.kernel);
  take(now.kernel_tcp, change.kernel_tcp);
  take(now.swappiness, change.swappiness);
  take(now.disable_oom_killer, change.disable_oom_killer);
  take(now.use_hierarchy, change.use_hierarchy);
  take(now.check_before_update, change.check_before_update);
}

void take_cpu(oci::CpuLimits& now, const oci::CpuLimits& change) {
  take(now.shares, change.shares);
  take(now.quota, change.quota);
  take(now.burst, change.burst);
  take(now.period, change.period);
  take(now.realtime_runtime, change.realtime_runtime);
  take(now.realtime_period, change.realtime_period);
  take(now.idle, change.idle);
  take(now.cpus, change.cpus);
  take(now.mems, change.mems);
}

void take_io(oci::BlockIo& now, const oci::BlockIo& change) {
  take(now.weight, change.weight);
  take(now.leaf_weight, change.leaf_weight);
  take(now.weight_device, change.weight_device, kSameDevice);
  take(now.read_bps, change.read_bps, kSameDevice);
  take(now.write_bps, change.write_bps, kSameDevice);
  take(now.read_iops, change.read_iops, kSameDevice);
  take(now.write_iops, change.write_iops, kSameDevice);
}

}  // namespace

oci::Resources merged(const oci::Resources& now, const oci::Resources& changes) {
  oci::Resources all = now;
  take_memory(all.memory, changes.memory);
  take_cpu(all.cpu, changes.cpu);
  take(all.pids.limit, changes.pids.limit);
  take_io(all.block_io, changes.block_io);
  take(all.hugepage_limits, changes.hugepage_limits,
       [](const auto& one, const auto& other) { return one.page_size == other.page_size; });
  take(all.network.class_id, changes.network.class_id);
  take(all.network.priorities, changes.network.priorities,
       [](const auto& one, const auto& other) { return one.name == other.name; });
  for (const auto& [device, limit] : changes.rdma) all.rdma[device] = limit;
  for (const auto& [file, value] : changes.unified) all.unified[file] = value;
  return all;
}

}  // namespace lockstep::cgroup
