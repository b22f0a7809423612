#include "07-cgroup/cache_share.hpp"

#include "common/os/error.hpp"
#include "common/os/proc.hpp"

namespace lockstep::cgroup {

void refuse_cache_share(const oci::Config& config) {
  if (!config.linux.intel_rdt) return;
  if (proc::mounts("/proc/self/mountinfo", "resctrl").empty())
    throw Error("linux.intelRdt: no resctrl file system is mounted",
                "it takes a processor that can divide its caches (grep rdt_a /proc/cpuinfo), and "
                "`mount -t resctrl resctrl /sys/fs/resctrl`");
  throw Error(
      "linux.intelRdt: not supported: lockstep divides no caches",
      "remove the field; what is written to resctrl's tasks by hand holds for a container, too");
}

}  // namespace lockstep::cgroup
