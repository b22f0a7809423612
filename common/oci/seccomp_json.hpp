#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/oci/json_place.hpp"
#include "common/oci/seccomp.hpp"

namespace lockstep::oci {

/// `linux.seccomp`, from there. Throws Error that names the place.
Seccomp seccomp_from_json(const JsonPlace& here);

/// The same back.
nlohmann::json seccomp_to_json(const Seccomp& seccomp);

}  // namespace lockstep::oci
