// net_cls and net_prio, which only v1 has: marks for packets, read by tc(8) and nft(8).
#include <fmt/format.h>

#include "07-cgroup/controllers/controllers.hpp"
#include "common/os/error.hpp"

namespace lockstep::cgroup {

void set_network(const oci::NetworkLimits& network, const Folders& folders) {
  const bool marks = network.class_id.value_or(0) != 0;
  if (!marks && network.priorities.empty()) return;
  const bool v1 = folders.find("net_cls") != nullptr || folders.find("net_prio") != nullptr;
  if (!v1 && folders.v2() != nullptr)
    throw Error("linux.resources.network: cgroup v2 has no classes and priorities of packets",
                "leave it out; nft can match a cgroup by its path: `socket cgroupv2 level 1 …`");
  if (marks)
    folders.need("net_cls", "a class of packets (linux.resources.network.classID)")
        .write("net_cls.classid", std::to_string(*network.class_id), "what tc knows them by");
  for (const oci::InterfacePriority& item : network.priorities)
    folders.need("net_prio", "a priority of packets (linux.resources.network.priorities)")
        .write("net_prio.ifpriomap", fmt::format("{} {}", item.name, item.priority));
}

}  // namespace lockstep::cgroup
