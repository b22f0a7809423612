#include "common/oci/machine_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/oci/put.hpp"
#include "common/os/error.hpp"
#include "common/os/limits.hpp"
#include "common/os/memory_policy.hpp"

namespace lockstep::oci {
namespace {

using nlohmann::json;

void read_time_offsets(const JsonPlace& here, Linux& out) {
  constexpr uint32_t kSecond = 1'000'000'000;
  for (const std::string& clock : here.keys("timeOffsets")) {
    const JsonPlace offsets = here.required("timeOffsets");
    const JsonPlace place = offsets.required(clock);
    if (clock != "monotonic" && clock != "boottime")
      place.fail("there is no such clock to be set: expected \"monotonic\" or \"boottime\"");
    TimeOffset offset;
    if (const auto seconds = place.find("secs")) offset.seconds = seconds->number<int64_t>();
    if (const auto rest = place.find("nanosecs"))
      offset.nanoseconds = rest->number<uint32_t>(0, kSecond - 1);
    out.time_offsets[clock] = offset;
  }
}

/// What the kernel takes for a link's name; `%d`, once, is a number that it chooses.
bool is_link_name(const std::string& name, bool may_be_template) {
  constexpr size_t kLongest = 15;  // IFNAMSIZ
  const size_t percent = name.find('%');
  if (percent != std::string::npos && (!may_be_template || name.substr(percent, 2) != "%d" ||
                                       name.find('%', percent + 1) != std::string::npos))
    return false;
  return !name.empty() && name.size() <= kLongest && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(), [](unsigned char byte) {
           return byte <= ' ' || byte == '/' || byte == ':' || byte == 0x7F;
         });
}

void read_net_devices(const JsonPlace& here, Linux& out) {
  for (const std::string& device : here.keys("netDevices")) {
    const JsonPlace devices = here.required("netDevices");
    const JsonPlace place = devices.required(device);
    if (!is_link_name(device, false)) place.fail("this is no network device's name");
    std::string name = place.text("name");
    if (!name.empty() && !is_link_name(name, true))
      place.required("name").expected("a network device's name, at most 15 bytes");
    out.net_devices[device] = name.empty() ? device : name;
  }
}

MemoryPolicy read_policy(const JsonPlace& here) {
  MemoryPolicy policy;
  const JsonPlace mode = here.required("mode");
  policy.mode = mode.text();
  if (!words::memory_policy(policy.mode))
    mode.expected("a mode of set_mempolicy(2), such as MPOL_BIND");
  policy.nodes = here.text("nodes");
  if (!policy.nodes.empty() && !words::cpu_list(policy.nodes))
    here.required("nodes").expected("a list of memory nodes such as \"0-3,7\"");
  here.each("flags", [&](const JsonPlace& flag) {
    policy.flags.push_back(flag.text());
    if (!words::memory_policy_flag(policy.flags.back()))
      flag.expected("a flag of set_mempolicy(2), such as MPOL_F_STATIC_NODES");
  });
  return policy;
}

std::string read_schema(const JsonPlace& here) {
  std::string line = here.text();
  if (line.find('\n') != std::string::npos) here.fail("must not hold a line break");
  return line;
}

IntelRdt read_rdt(const JsonPlace& here) {
  IntelRdt rdt;
  rdt.clos_id = here.text("closID");
  const bool is_root = rdt.clos_id == "/";
  if (!is_root &&
      (rdt.clos_id.find('/') != std::string::npos || rdt.clos_id == "." || rdt.clos_id == ".." ||
       rdt.clos_id == "info" || rdt.clos_id == "mon_groups" || rdt.clos_id == "mon_data"))
    here.required("closID").expected("a folder's name, or \"/\"");
  if (const auto line = here.find("l3CacheSchema")) rdt.l3_cache_schema = read_schema(*line);
  if (const auto line = here.find("memBwSchema")) {
    rdt.mem_bw_schema = read_schema(*line);
    if (!rdt.mem_bw_schema.empty() && !rdt.mem_bw_schema.starts_with("MB:"))
      line->expected("a line that begins with MB:");
  }
  here.each("schemata", [&](const JsonPlace& line) { rdt.schemata.push_back(read_schema(line)); });
  rdt.enable_monitoring = here.flag("enableMonitoring");
  return rdt;
}

json write_offset(const TimeOffset& offset) {
  json out = json::object();
  out["secs"] = offset.seconds;
  out["nanosecs"] = offset.nanoseconds;
  return out;
}

/// Not if all of it was what nobody knows, and therefore ignored.
bool asks_for_something(const IntelRdt& rdt) {
  return !rdt.clos_id.empty() || !rdt.l3_cache_schema.empty() || !rdt.mem_bw_schema.empty() ||
         !rdt.schemata.empty() || rdt.enable_monitoring;
}

}  // namespace

void read_machine(const JsonPlace& linux, Linux& out) {
  read_time_offsets(linux, out);
  read_net_devices(linux, out);
  if (const auto policy = linux.find("memoryPolicy"); policy && !policy->nothing())
    out.memory_policy = read_policy(*policy);
  if (const auto rdt = linux.find("intelRdt"); rdt && !rdt->nothing()) {
    IntelRdt asked = read_rdt(*rdt);
    if (asks_for_something(asked)) out.intel_rdt = std::move(asked);
  }
}

void write_machine(json& out, const Linux& linux) {
  for (const auto& [clock, offset] : linux.time_offsets)
    out["timeOffsets"][clock] = write_offset(offset);
  for (const auto& [device, name] : linux.net_devices) out["netDevices"][device]["name"] = name;
  if (const auto& policy = linux.memory_policy) {
    json& place = out["memoryPolicy"];
    place["mode"] = policy->mode;
    put(place, "nodes", policy->nodes);
    put(place, "flags", policy->flags);
  }
  if (const auto& rdt = linux.intel_rdt) {
    json& place = out["intelRdt"] = json::object();
    put(place, "closID", rdt->clos_id);
    put(place, "l3CacheSchema", rdt->l3_cache_schema);
    put(place, "memBwSchema", rdt->mem_bw_schema);
    put(place, "schemata", rdt->schemata);
    put(place, "enableMonitoring", rdt->enable_monitoring);
  }
}

}  // namespace lockstep::oci
