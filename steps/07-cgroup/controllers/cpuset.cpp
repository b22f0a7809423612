// The cpuset controller: on which CPUs, with memory of which nodes.
#include "07-cgroup/controllers/controllers.hpp"

namespace lockstep::cgroup {

void set_cpuset(const oci::CpuLimits& cpu, const Folders& folders) {
  if (cpu.cpus.empty() && cpu.mems.empty()) return;
  const Folder& folder =
      folders.need("cpuset", "a set of CPUs (linux.resources.cpu.cpus, mems)");  // v1 and v2 alike
  if (!cpu.cpus.empty()) folder.write("cpuset.cpus", cpu.cpus, "it runs on these and no others");
  if (!cpu.mems.empty())
    folder.write("cpuset.mems", cpu.mems, "it gets memory of these nodes and no others");
}

}  // namespace lockstep::cgroup
