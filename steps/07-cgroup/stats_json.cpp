// Counters as runc's `events` has them.
#include "07-cgroup/stats_json.hpp"

#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/put.hpp"

namespace lockstep::cgroup {
namespace {

using nlohmann::json;

json document(const Stalls& stalls) {
  return {{"avg10", stalls.avg10},
          {"avg60", stalls.avg60},
          {"avg300", stalls.avg300},
          {"total", stalls.total}};
}

json document(const Pressure& pressure) {
  return {{"some", document(pressure.some)}, {"full", document(pressure.full)}};
}

void put_pressure(json& out, const std::optional<Pressure>& pressure) {
  if (pressure) out["psi"] = document(*pressure);
}

json document(const CpuCounters& cpu) {
  json usage = {{"total", cpu.total}, {"kernel", cpu.kernel}, {"user", cpu.user}};
  oci::put(usage, "percpu", cpu.each_cpu);
  oci::put(usage, "percpu_kernel", cpu.each_cpu_kernel);
  oci::put(usage, "percpu_user", cpu.each_cpu_user);
  json out = {{"usage", std::move(usage)},
              {"throttling",
               {{"periods", cpu.periods},
                {"throttledPeriods", cpu.throttled_periods},
                {"throttledTime", cpu.throttled_time}}}};
  put_pressure(out, cpu.pressure);
  return out;
}

json document(const Amount& amount) {
  return {{"usage", amount.usage},
          {"max", amount.max},
          {"limit", amount.limit},
          {"failcnt", amount.failures}};
}

json document(const MemoryCounters& memory) {
  json out = {{"cache", memory.cache},
              {"usage", document(memory.usage)},
              {"swap", document(memory.swap)},
              {"kernel", document(memory.kernel)},
              {"kernelTCP", document(memory.kernel_tcp)},
              {"raw", memory.all}};
  put_pressure(out, memory.pressure);
  return out;
}

json document(const PidsCounters& pids) {
  json out = {{"current", pids.current}};
  if (pids.limit > 0) out["limit"] = pids.limit;
  return out;
}

json document(const IoCount& count) {
  return {{"major", count.major},
          {"minor", count.minor},
          {"op", count.operation},
          {"value", count.value}};
}

json document(const IoCounters& io) {
  json out = json::object();
  oci::put(out, "ioServiceBytesRecursive", io.bytes, document);
  oci::put(out, "ioServicedRecursive", io.operations, document);
  put_pressure(out, io.pressure);
  return out;
}

json document(const CpusetCounters& cpuset) {
  json out = {{"cpus", cpuset.cpus}, {"mems", cpuset.mems}};
  for (const auto& [name, value] : cpuset.settings) out[name] = value;
  return out;
}

json document(const std::map<std::string, Amount>& hugetlb) {
  json out = json::object();
  for (const auto& [size, pages] : hugetlb)
    out[size] = {{"usage", pages.usage}, {"max", pages.max}, {"failcnt", pages.failures}};
  return out;
}

/// The names are Go's own, as runc has none for them.
json document(const Interface& link) {
  return {{"Name", link.name},
          {"RxBytes", link.rx_bytes},
          {"RxPackets", link.rx_packets},
          {"RxErrors", link.rx_errors},
          {"RxDropped", link.rx_dropped},
          {"TxBytes", link.tx_bytes},
          {"TxPackets", link.tx_packets},
          {"TxErrors", link.tx_errors},
          {"TxDropped", link.tx_dropped}};
}

template <typename Counted>
void put_counters(json& out, const char* key, const std::optional<Counted>& counters) {
  if (counters) out[key] = document(*counters);
}

}  // namespace

std::string to_json(const Pressure& pressure) { return oci::write_json(document(pressure)); }

std::string to_json(const Counters& counters) {
  json out = {{"hugetlb", document(counters.hugetlb)}};
  put_counters(out, "cpu", counters.cpu);
  put_counters(out, "cpuset", counters.cpuset);
  put_counters(out, "memory", counters.memory);
  put_counters(out, "pids", counters.pids);
  put_counters(out, "blkio", counters.io);
  if (counters.interfaces) {
    json& links = out["network_interfaces"] = json::array();
    for (const Interface& link : *counters.interfaces) links.push_back(document(link));
  }
  return oci::write_json(out);
}

}  // namespace lockstep::cgroup
