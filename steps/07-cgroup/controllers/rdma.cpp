// The rdma controller: how much of a network card that reads and writes memory by itself.
#include <fmt/format.h>

#include "07-cgroup/controllers/controllers.hpp"

namespace lockstep::cgroup {

void set_rdma(const std::map<std::string, oci::RdmaLimit>& rdma, const Folders& folders) {
  for (const auto& [device, limit] : rdma) {
    std::string line = device;
    if (limit.hca_handles) line += fmt::format(" hca_handle={}", *limit.hca_handles);
    if (limit.hca_objects) line += fmt::format(" hca_object={}", *limit.hca_objects);
    folders
        .need("rdma", "a limit of RDMA (linux.resources.rdma)")  // v1 and v2 alike
        .write("rdma.max", line, "handles and objects of that device");
  }
}

}  // namespace lockstep::cgroup
