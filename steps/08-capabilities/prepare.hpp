#pragma once

#include "common/oci/config.hpp"

namespace lockstep::caps {

/// On the host, first of all: what can't be had is refused (labels.hpp, sysctls.hpp) or said (sets.hpp),
/// and what `config` says by another name is put where it is looked for.
void prepare(oci::Config& config);

}  // namespace lockstep::caps
