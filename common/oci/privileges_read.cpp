#include <algorithm>

#include "common/oci/privileges_json.hpp"
#include "common/os/capabilities.hpp"
#include "common/os/error.hpp"
#include "common/os/limits.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::oci {
namespace {

/// Names that nobody knows, each once.
using Unknown = std::vector<std::string>;

uint64_t read_set(const JsonPlace& here, const char* key, Unknown& unknown) {
  uint64_t set = 0;
  here.each(key, [&](const JsonPlace& item) {
    const std::string name = item.text();
    if (const auto number = words::capability_number(name)) {
      set |= capability_bit(*number);
    } else if (std::find(unknown.begin(), unknown.end(), quoted(name)) == unknown.end()) {
      unknown.push_back(quoted(name));
    }
  });
  return set;
}

Capabilities read_capabilities(const JsonPlace& here) {
  Capabilities sets;
  Unknown unknown;
  sets.bounding = read_set(here, "bounding", unknown);
  sets.effective = read_set(here, "effective", unknown);
  sets.permitted = read_set(here, "permitted", unknown);
  sets.inheritable = read_set(here, "inheritable", unknown);
  sets.ambient = read_set(here, "ambient", unknown);
  if (!unknown.empty())
    narrate::say(fmt::format("({}: {}: left out, for lockstep knows no such capability: {})",
                             here.name(), here.way(), fmt::join(unknown, ", ")));
  return sets;
}

ResourceLimit read_limit(const JsonPlace& here, const std::vector<ResourceLimit>& before) {
  ResourceLimit limit;
  const JsonPlace type = here.required("type");
  limit.type = type.text();
  if (!words::resource_number(limit.type))
    type.expected(fmt::format("one of {}", fmt::join(words::resources(), ", ")));
  if (std::any_of(before.begin(), before.end(),
                  [&](const ResourceLimit& other) { return other.type == limit.type; }))
    type.fail(fmt::format("{} is listed twice", quoted(limit.type)));
  limit.hard = here.required("hard").natural();
  const JsonPlace soft = here.required("soft");
  limit.soft = soft.natural();
  if (limit.soft > limit.hard) soft.fail("the soft limit is more than the hard limit");
  return limit;
}

uint64_t natural(const JsonPlace& here, const char* key) {
  const auto place = here.find(key);
  return place ? place->natural() : 0;
}

Scheduler read_scheduler(const JsonPlace& here) {
  Scheduler scheduler;
  const JsonPlace policy = here.required("policy");
  scheduler.policy = policy.text();
  if (!words::scheduling_policy(scheduler.policy))
    policy.expected("SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_FIFO, SCHED_RR or SCHED_DEADLINE");
  here.each("flags", [&](const JsonPlace& flag) {
    scheduler.flags.push_back(flag.text());
    if (!words::scheduling_flag(scheduler.flags.back()))
      flag.expected("a flag of sched_setattr(2), such as SCHED_FLAG_RESET_ON_FORK");
  });
  constexpr int kNicest = 19;
  if (const auto nice = here.find("nice")) scheduler.nice = nice->number<int>(-20, kNicest);
  constexpr int kHighest = 99;
  if (const auto priority = here.find("priority"))
    scheduler.priority = static_cast<unsigned>(priority->number<int>(0, kHighest));
  scheduler.runtime = natural(here, "runtime");
  scheduler.deadline = natural(here, "deadline");
  scheduler.period = natural(here, "period");
  return scheduler;
}

IoPriority read_io_priority(const JsonPlace& here) {
  IoPriority io;
  const JsonPlace io_class = here.required("class");
  io.io_class = io_class.text();
  if (!words::io_class(io.io_class))
    io_class.expected("one of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE");
  io.priority = here.required("priority").number<int>(0, 7);
  return io;
}

std::string read_cpus(const JsonPlace& here, const char* key) {
  const auto place = here.find(key);
  std::string list = place ? place->text() : "";
  if (!list.empty() && !words::cpu_list(list))
    place->expected("a list of CPUs such as \"0-3,7\", none of them beyond 1023");
  return list;
}

CpuAffinity read_affinity(const JsonPlace& here) {
  return {read_cpus(here, "initial"), read_cpus(here, "final")};
}

}  // namespace

void read_privileges(const JsonPlace& here, Process& process) {
  if (const auto sets = here.find("capabilities")) process.capabilities = read_capabilities(*sets);
  process.no_new_privileges = here.flag("noNewPrivileges");
  here.each("rlimits", [&](const JsonPlace& item) {
    process.rlimits.push_back(read_limit(item, process.rlimits));
  });
  process.apparmor_profile = here.text("apparmorProfile");
  process.selinux_label = here.text("selinuxLabel");
  constexpr int kScores = 1000;
  if (const auto score = here.find("oomScoreAdj"))
    process.oom_score_adj = score->number<int>(-kScores, kScores);
  if (const auto scheduler = here.find("scheduler"); scheduler && !scheduler->nothing())
    process.scheduler = read_scheduler(*scheduler);
  if (const auto io = here.find("ioPriority"); io && !io->nothing())
    process.io_priority = read_io_priority(*io);
  if (const auto cpus = here.find("execCPUAffinity"))
    process.exec_cpu_affinity = read_affinity(*cpus);
}

std::string read_personality(const JsonPlace& linux) {
  const auto here = linux.find("personality");
  if (!here || here->nothing()) return "";
  const JsonPlace domain = here->required("domain");
  std::string name = domain.text();
  if (name != "LINUX" && name != "LINUX32") domain.expected("one of LINUX, LINUX32");
  here->each("flags", [](const JsonPlace& flag) {
    flag.fail("the runtime-spec knows no flags of a personality yet", "remove it");
  });
  return name;
}

std::map<std::string, std::string> read_sysctls(const JsonPlace& linux) {
  auto all = linux.text_map("sysctl");
  if (all.contains("")) linux.required("sysctl").fail("a key is empty");
  return all;
}

}  // namespace lockstep::oci
