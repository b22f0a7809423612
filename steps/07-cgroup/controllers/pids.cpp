// The pids controller: how many processes and threads.
#include "07-cgroup/controllers/controllers.hpp"

namespace lockstep::cgroup {

void set_pids(const oci::PidsLimit& pids, const Folders& folders) {
  if (!pids.limit) return;
  // "None" needs no controller.
  if (*pids.limit < 0 && folders.find("pids") == nullptr) return;
  const Folder& folder =
      folders.need("pids", "a limit of processes (linux.resources.pids)");  // v1 and v2 alike
  folder.write("pids.max", *pids.limit < 0 ? "max" : std::to_string(*pids.limit),
               "with so many processes and threads fork(2) fails in here: EAGAIN");
}

}  // namespace lockstep::cgroup
