#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/oci/json_place.hpp"
#include "common/oci/resources.hpp"

namespace lockstep::oci {

/// `linux.resources`, from there. Throws Error that names the place.
Resources resources_from_json(const JsonPlace& here);

/// `linux.cgroupsPath`, from `linux`: a folder's way in the cgroup hierarchies; "" if there is none. Throws Error for one that
/// climbs (".."), which could name a cgroup that is somebody else's.
std::string cgroups_path_from_json(const JsonPlace& here);

/// The same back; an empty object if it asks for nothing.
nlohmann::json resources_to_json(const Resources& resources);

}  // namespace lockstep::oci
