// All controllers in their order.
#include "07-cgroup/controllers/controllers.hpp"

namespace lockstep::cgroup {

void set_limits(const oci::Resources& resources, const Folders& folders) {
  set_cpuset(resources.cpu, folders);
  set_cpu(resources.cpu, folders);
  set_memory(resources.memory, folders);
  set_pids(resources.pids, folders);
  set_io(resources.block_io, folders);
  set_hugepages(resources.hugepage_limits, folders);
  set_network(resources.network, folders);
  set_rdma(resources.rdma, folders);
  set_unified(resources.unified, folders);
}

}  // namespace lockstep::cgroup
