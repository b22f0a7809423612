#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/oci/hooks.hpp"
#include "common/oci/json_place.hpp"

namespace lockstep::oci {

/// `hooks` at `here`, and the same back. Throws Error that names the place.
Hooks hooks_from_json(const JsonPlace& here);
nlohmann::json hooks_to_json(const Hooks& hooks);

/// "NAME=value", of an environment. Throws Error that names the place.
std::string read_variable(const JsonPlace& here);

}  // namespace lockstep::oci
