#include "08-capabilities/prepare.hpp"

#include "08-capabilities/labels.hpp"
#include "08-capabilities/sets.hpp"
#include "08-capabilities/sysctls.hpp"

namespace lockstep::caps {

void prepare(oci::Config& config) {
  check_labels(config);
  check_sysctls(config);
  label_mounts(config);
  say_what_is_left_out(config);
}

}  // namespace lockstep::caps
