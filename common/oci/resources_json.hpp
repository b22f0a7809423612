#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/oci/json_place.hpp"
#include "common/oci/resources.hpp"

namespace lockstep::oci {

/// `linux.resources`, from there. Throws Error that names the place.
Resources resources_from_json(const JsonPlace& here);

/// The same back; an empty object if it asks for nothing.
nlohmann::json resources_to_json(const Resources& resources);

}  // namespace lockstep::oci
