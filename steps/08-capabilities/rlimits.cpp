#include "08-capabilities/rlimits.hpp"

#include "common/os/limits.hpp"

namespace lockstep::caps {

void raise_hard_limits(const oci::Process& process, pid_t pid) {
  for (const oci::ResourceLimit& limit : process.rlimits) {
    const int resource = words::resource_number(limit.type).value();
    const sys::Limit now = sys::get_limit(pid, resource);
    if (limit.hard > now.hard)
      sys::set_limit(pid, resource, {now.soft, limit.hard},
                     "a hard limit is raised from the host, or not at all");
  }
}

void set_limits(const oci::Process& process) {
  for (const oci::ResourceLimit& limit : process.rlimits)
    sys::set_limit(0, words::resource_number(limit.type).value(), {limit.soft, limit.hard},
                   "what one process of the container may use");
}

}  // namespace lockstep::caps
