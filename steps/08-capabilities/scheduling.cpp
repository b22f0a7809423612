#include "08-capabilities/scheduling.hpp"

#include "08-capabilities/rlimits.hpp"
#include "common/os/limits.hpp"
#include "common/os/memory_policy.hpp"

namespace lockstep::caps {

void give_priority(const oci::Process& process, pid_t pid) {
  raise_hard_limits(process, pid);
  if (const auto& score = process.oom_score_adj)
    sys::set_oom_score(pid, *score, "how soon it is ended when the machine's memory is short");
  if (const auto& wanted = process.scheduler)
    sys::set_scheduling(pid,
                        {wanted->policy, wanted->flags, wanted->nice, wanted->priority,
                         wanted->runtime, wanted->deadline, wanted->period},
                        "when it is its turn on a processor");
  if (const auto& io = process.io_priority)
    sys::set_io_priority(pid, io->io_class, io->priority, "when it is its turn on a disk");
}

void Placement::before_exec() {
  is_exec_ = true;
  const std::string& cpus = config_.process.exec_cpu_affinity.before_cgroup;
  if (!cpus.empty())
    sys::set_cpus(words::cpu_list(cpus).value(), "execCPUAffinity.initial: until it is in there");
}

void Placement::settle() const {
  const std::string& cpus = config_.process.exec_cpu_affinity.in_cgroup;
  if (is_exec_ && !cpus.empty())
    sys::set_cpus(words::cpu_list(cpus).value(), "execCPUAffinity.final: now that it is in there");
  if (const auto& policy = config_.linux.memory_policy)
    sys::set_memory_policy(
        policy->mode, policy->flags,
        policy->nodes.empty() ? std::vector<unsigned>() : words::cpu_list(policy->nodes).value(),
        "which memory nodes its memory comes from");
  const std::string& domain = config_.linux.personality;
  if (!domain.empty())
    sys::set_personality(domain == "LINUX32", "which kind of machine uname(2) tells of");
}

}  // namespace lockstep::caps
