#include <nlohmann/json.hpp>

#include "common/oci/privileges_json.hpp"
#include "common/oci/put.hpp"
#include "common/os/capabilities.hpp"

namespace lockstep::oci {
namespace {

using nlohmann::json;

std::vector<std::string> names(uint64_t set) {
  std::vector<std::string> out;
  for (unsigned number = 0; set >> number != 0; ++number) {
    if ((set & capability_bit(number)) != 0) out.push_back(words::capability(number));
  }
  return out;
}

json write_capabilities(const Capabilities& sets) {
  json out = json::object();
  put(out, "bounding", names(sets.bounding));
  put(out, "effective", names(sets.effective));
  put(out, "permitted", names(sets.permitted));
  put(out, "inheritable", names(sets.inheritable));
  put(out, "ambient", names(sets.ambient));
  return out;
}

json write_limit(const ResourceLimit& limit) {
  json out = json::object();
  out["type"] = limit.type;
  out["hard"] = limit.hard;
  out["soft"] = limit.soft;
  return out;
}

json write_scheduler(const Scheduler& scheduler) {
  json out = json::object();
  out["policy"] = scheduler.policy;
  put(out, "flags", scheduler.flags);
  out["nice"] = scheduler.nice;
  out["priority"] = scheduler.priority;
  out["runtime"] = scheduler.runtime;
  out["deadline"] = scheduler.deadline;
  out["period"] = scheduler.period;
  return out;
}

}  // namespace

void write_privileges(json& out, const Process& process) {
  if (process.capabilities) out["capabilities"] = write_capabilities(*process.capabilities);
  put(out, "noNewPrivileges", process.no_new_privileges);
  put(out, "rlimits", process.rlimits, write_limit);
  put(out, "apparmorProfile", process.apparmor_profile);
  put(out, "selinuxLabel", process.selinux_label);
  put(out, "oomScoreAdj", process.oom_score_adj);
  if (process.scheduler) out["scheduler"] = write_scheduler(*process.scheduler);
  if (process.io_priority) {
    json& io = out["ioPriority"];
    io["class"] = process.io_priority->io_class;
    io["priority"] = process.io_priority->priority;
  }
  json cpus = json::object();
  put(cpus, "initial", process.exec_cpu_affinity.before_cgroup);
  put(cpus, "final", process.exec_cpu_affinity.in_cgroup);
  put(out, "execCPUAffinity", cpus);
}

void add_privileges(Process& process, const Process& own) {
  if (own.capabilities || process.capabilities) {
    const Capabilities more = process.capabilities.value_or(Capabilities{});
    Capabilities sets = own.capabilities.value_or(Capabilities{});
    sets.bounding |= more.bounding;
    sets.effective |= more.effective;
    sets.permitted |= more.permitted;
    process.capabilities = sets;
  }
  process.no_new_privileges = process.no_new_privileges || own.no_new_privileges;
  process.rlimits = own.rlimits;
  if (process.apparmor_profile.empty()) process.apparmor_profile = own.apparmor_profile;
  if (process.selinux_label.empty()) process.selinux_label = own.selinux_label;
  process.oom_score_adj = own.oom_score_adj;
  process.scheduler = own.scheduler;
  process.io_priority = own.io_priority;
  process.exec_cpu_affinity = own.exec_cpu_affinity;
}

}  // namespace lockstep::oci
