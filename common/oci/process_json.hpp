#pragma once

#include "common/oci/config.hpp"
#include "common/oci/json_place.hpp"

namespace lockstep::oci {

/// Of a user or a group. 2^32-1 is no id: to setresuid(2) and chown(2) it means "leave it as it is".
uint32_t read_id(const JsonPlace& here);

/// `process`. `has_root`: of a container with a root of its own, which needs a cwd.
/// Throws Error that names the place.
Process read_process(const JsonPlace& here, bool has_root);

}  // namespace lockstep::oci
