#include "common/oci/put.hpp"
#include "common/oci/resources_json.hpp"

namespace lockstep::oci {
namespace {

using nlohmann::json;

json write_rule(const DeviceRule& rule) {
  json out = json::object();
  out["allow"] = rule.allow;
  out["type"] = rule.type;
  put(out, "major", rule.major);
  put(out, "minor", rule.minor);
  out["access"] = rule.access;
  return out;
}

json write_memory(const MemoryLimits& memory) {
  json out = json::object();
  put(out, "limit", memory.limit);
  put(out, "reservation", memory.reservation);
  put(out, "swap", memory.swap);
  put(out, "kernel", memory.kernel);
  put(out, "kernelTCP", memory.kernel_tcp);
  put(out, "swappiness", memory.swappiness);
  put(out, "disableOOMKiller", memory.disable_oom_killer);
  put(out, "useHierarchy", memory.use_hierarchy);
  put(out, "checkBeforeUpdate", memory.check_before_update);
  return out;
}

json write_cpu(const CpuLimits& cpu) {
  json out = json::object();
  put(out, "shares", cpu.shares);
  put(out, "quota", cpu.quota);
  put(out, "burst", cpu.burst);
  put(out, "period", cpu.period);
  put(out, "realtimeRuntime", cpu.realtime_runtime);
  put(out, "realtimePeriod", cpu.realtime_period);
  put(out, "idle", cpu.idle);
  put(out, "cpus", cpu.cpus);
  put(out, "mems", cpu.mems);
  return out;
}

json write_weight(const WeightDevice& device) {
  json out = {{"major", device.major}, {"minor", device.minor}};
  put(out, "weight", device.weight);
  put(out, "leafWeight", device.leaf_weight);
  return out;
}

json write_throttle(const ThrottleDevice& device) {
  return {{"major", device.major}, {"minor", device.minor}, {"rate", device.rate}};
}

json write_block_io(const BlockIo& io) {
  json out = json::object();
  put(out, "weight", io.weight);
  put(out, "leafWeight", io.leaf_weight);
  put(out, "weightDevice", io.weight_device, write_weight);
  put(out, "throttleReadBpsDevice", io.read_bps, write_throttle);
  put(out, "throttleWriteBpsDevice", io.write_bps, write_throttle);
  put(out, "throttleReadIOPSDevice", io.read_iops, write_throttle);
  put(out, "throttleWriteIOPSDevice", io.write_iops, write_throttle);
  return out;
}

json write_hugepages(const HugepageLimit& limit) {
  return {{"pageSize", limit.page_size}, {"limit", limit.limit}};
}

json write_priority(const InterfacePriority& item) {
  return {{"name", item.name}, {"priority", item.priority}};
}

json write_network(const NetworkLimits& network) {
  json out = json::object();
  put(out, "classID", network.class_id);
  put(out, "priorities", network.priorities, write_priority);
  return out;
}

json write_rdma(const std::map<std::string, RdmaLimit>& devices) {
  json out = json::object();
  for (const auto& [name, limit] : devices) {
    json& device = out[name] = json::object();
    put(device, "hcaHandles", limit.hca_handles);
    put(device, "hcaObjects", limit.hca_objects);
  }
  return out;
}

}  // namespace

json resources_to_json(const Resources& resources) {
  json out = json::object();
  json pids = json::object();
  put(pids, "limit", resources.pids.limit);
  put(out, "devices", resources.devices, write_rule);
  put(out, "memory", write_memory(resources.memory));
  put(out, "cpu", write_cpu(resources.cpu));
  put(out, "pids", std::move(pids));
  put(out, "blockIO", write_block_io(resources.block_io));
  put(out, "hugepageLimits", resources.hugepage_limits, write_hugepages);
  put(out, "network", write_network(resources.network));
  put(out, "rdma", write_rdma(resources.rdma));
  put(out, "unified", resources.unified);
  return out;
}

}  // namespace lockstep::oci
