#include <algorithm>

#include "common/oci/resources_json.hpp"
#include "common/os/error.hpp"

namespace lockstep::oci {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

/// An integer, if it is there.
template <class T>
void take(const JsonPlace& here, const char* key, std::optional<T>& into, T min, T max) {
  if (const auto place = here.find(key)) into = place->number<T>(min, max);
}

void take(const JsonPlace& here, const char* key, std::optional<bool>& into) {
  if (const auto place = here.find(key)) into = place->flag();
}

/// The kernel's dev_t: 12 bits and 20.
constexpr int64_t kMajors = (1 << 12) - 1;
constexpr int64_t kMinors = (1 << 20) - 1;

/// -1 is what engines write for "all": runc's way, and older than the spec.
std::optional<int64_t> number_or_all(const JsonPlace& here, const char* key, int64_t max) {
  std::optional<int64_t> number;
  take<int64_t>(here, key, number, -1, max);
  return number && *number >= 0 ? number : std::nullopt;
}

DeviceRule read_rule(const JsonPlace& here) {
  DeviceRule rule;
  rule.allow = here.required("allow").flag();
  if (const auto type = here.find("type"); type && !type->nothing()) {
    rule.type = type->text();
    if (rule.type != "a" && rule.type != "b" && rule.type != "c") type->expected("one of a, b, c");
  }
  rule.major = number_or_all(here, "major", kMajors);
  rule.minor = number_or_all(here, "minor", kMinors);
  if (const auto access = here.find("access"); access && !access->nothing()) {
    rule.access = access->text();
    if (rule.access.find_first_not_of("rwm") != std::string::npos)
      access->expected("some of the letters r, w, m");
  }
  return rule;
}

MemoryLimits read_memory(const JsonPlace& here) {
  MemoryLimits memory;
  take<int64_t>(here, "limit", memory.limit, -1, kMost);
  take<int64_t>(here, "reservation", memory.reservation, -1, kMost);
  take<int64_t>(here, "swap", memory.swap, -1, kMost);
  take<int64_t>(here, "kernel", memory.kernel, -1, kMost);
  take<int64_t>(here, "kernelTCP", memory.kernel_tcp, -1, kMost);
  take<int64_t>(here, "swappiness", memory.swappiness, 0, 100);
  take(here, "disableOOMKiller", memory.disable_oom_killer);
  take(here, "useHierarchy", memory.use_hierarchy);
  take(here, "checkBeforeUpdate", memory.check_before_update);
  const bool both = memory.limit.value_or(0) > 0 && memory.swap.value_or(0) > 0;
  if (both && *memory.swap < *memory.limit)
    here.required("swap").fail("is memory and swap together, so it can't be less than limit");
  return memory;
}

/// "0-3,7", as the kernel's cpuset reads it.
std::string read_list(const JsonPlace& here, const char* key) {
  const auto place = here.find(key);
  std::string list = place ? place->text() : "";
  if (list.find_first_not_of("0123456789-,") != std::string::npos)
    place->expected("a list of numbers and ranges, such as 0-3,7");
  return list;
}

CpuLimits read_cpu(const JsonPlace& here) {
  CpuLimits cpu;
  take<int64_t>(here, "shares", cpu.shares, 0, kMost);
  take<int64_t>(here, "quota", cpu.quota, -1, kMost);
  take<int64_t>(here, "burst", cpu.burst, 0, kMost);
  take<int64_t>(here, "period", cpu.period, 0, kMost);
  take<int64_t>(here, "realtimeRuntime", cpu.realtime_runtime, -1, kMost);
  take<int64_t>(here, "realtimePeriod", cpu.realtime_period, 0, kMost);
  take<int64_t>(here, "idle", cpu.idle, 0, 1);
  cpu.cpus = read_list(here, "cpus");
  cpu.mems = read_list(here, "mems");
  if (cpu.burst.value_or(0) > 0 && cpu.quota.value_or(0) > 0 && *cpu.burst > *cpu.quota)
    here.required("burst").fail("may not be larger than quota");
  return cpu;
}

/// A weight of the spec's uint16; 0 is how engines say that there is none.
std::optional<int64_t> weight(const JsonPlace& here, const char* key) {
  std::optional<int64_t> out;
  take<int64_t>(here, key, out, 0, 1000);
  if (!out || *out == 0) return std::nullopt;
  if (*out < 10) here.required(key).expected("a weight from 10 to 1000");
  return out;
}

WeightDevice read_weight(const JsonPlace& here) {
  WeightDevice out;
  out.major = here.required("major").number<int64_t>(0, kMajors);
  out.minor = here.required("minor").number<int64_t>(0, kMinors);
  out.weight = weight(here, "weight");
  out.leaf_weight = weight(here, "leafWeight");
  if (!out.weight && !out.leaf_weight) here.fail("needs a weight or a leafWeight");
  return out;
}

std::vector<ThrottleDevice> read_throttles(const JsonPlace& here, const char* key) {
  std::vector<ThrottleDevice> all;
  here.each(key, [&](const JsonPlace& item) {
    all.push_back({item.required("major").number<int64_t>(0, kMajors),
                   item.required("minor").number<int64_t>(0, kMinors),
                   item.required("rate").number<int64_t>(0, kMost)});
  });
  return all;
}

BlockIo read_block_io(const JsonPlace& here) {
  BlockIo io;
  io.weight = weight(here, "weight");
  io.leaf_weight = weight(here, "leafWeight");
  here.each("weightDevice",
            [&](const JsonPlace& item) { io.weight_device.push_back(read_weight(item)); });
  io.read_bps = read_throttles(here, "throttleReadBpsDevice");
  io.write_bps = read_throttles(here, "throttleWriteBpsDevice");
  io.read_iops = read_throttles(here, "throttleReadIOPSDevice");
  io.write_iops = read_throttles(here, "throttleWriteIOPSDevice");
  return io;
}

/// "2MB": it becomes a part of a file's name.
HugepageLimit read_hugepages(const JsonPlace& here) {
  HugepageLimit out;
  const JsonPlace size = here.required("pageSize");
  out.page_size = size.text();
  const size_t digits =
      std::min(out.page_size.find_first_not_of("0123456789"), out.page_size.size());
  const std::string unit = out.page_size.substr(digits);
  if (digits == 0 || (unit != "KB" && unit != "MB" && unit != "GB"))
    size.expected("a page size such as 64KB, 2MB or 1GB");
  out.limit = here.required("limit").number<int64_t>(0, kMost);
  return out;
}

InterfacePriority read_priority(const JsonPlace& here) {
  const JsonPlace name = here.required("name");
  InterfacePriority out{name.text(), here.required("priority").number<uint32_t>()};
  if (out.name.empty() || out.name.find_first_of(" \t\n/") != std::string::npos)
    name.expected("an interface's name");
  return out;
}

NetworkLimits read_network(const JsonPlace& here) {
  NetworkLimits network;
  take<uint32_t>(here, "classID", network.class_id, 0, std::numeric_limits<uint32_t>::max());
  here.each("priorities",
            [&](const JsonPlace& item) { network.priorities.push_back(read_priority(item)); });
  return network;
}

RdmaLimit read_rdma(const JsonPlace& here) {
  constexpr uint32_t kAll = std::numeric_limits<uint32_t>::max();
  RdmaLimit out;
  take<uint32_t>(here, "hcaHandles", out.hca_handles, 0, kAll);
  take<uint32_t>(here, "hcaObjects", out.hca_objects, 0, kAll);
  if (!out.hca_handles && !out.hca_objects) here.fail("needs hcaHandles or hcaObjects");
  return out;
}

std::map<std::string, std::string> read_unified(const JsonPlace& here) {
  auto files = here.text_map("unified");
  for (const auto& [name, value] : files) {
    const bool file = name.find('.') != std::string::npos && name[0] != '.' &&
                      name.find('/') == std::string::npos;
    if (!file)
      here.required("unified").fail(
          fmt::format("{}: is no file of a cgroup, such as \"memory.high\"", quoted(name)));
  }
  return files;
}

}  // namespace

Resources resources_from_json(const JsonPlace& here) {
  Resources out;
  here.each("devices", [&](const JsonPlace& item) { out.devices.push_back(read_rule(item)); });
  if (const auto memory = here.find("memory")) out.memory = read_memory(*memory);
  if (const auto cpu = here.find("cpu")) out.cpu = read_cpu(*cpu);
  if (const auto pids = here.find("pids")) {
    take<int64_t>(*pids, "limit", out.pids.limit, -1, kMost);
  }
  if (const auto io = here.find("blockIO")) out.block_io = read_block_io(*io);
  here.each("hugepageLimits",
            [&](const JsonPlace& item) { out.hugepage_limits.push_back(read_hugepages(item)); });
  if (const auto network = here.find("network")) out.network = read_network(*network);
  if (const auto rdma = here.find("rdma")) {
    for (const std::string& name : here.keys("rdma")) {
      if (name.find_first_of(" \n") != std::string::npos || name.empty())
        rdma->fail(fmt::format("{}: is no device's name", quoted(name)));
      out.rdma[name] = read_rdma(rdma->required(name));
    }
  }
  out.unified = read_unified(here);
  return out;
}

}  // namespace lockstep::oci
