#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/oci/config.hpp"
#include "common/oci/json_place.hpp"

namespace lockstep::oci {

/// The Config at a place of a larger document, such as the state file's `config`; errors then name
/// the whole way: `state.json: config.process.args[1]: …`. Throws Error as read_config does.
Config config_from_json(const JsonPlace& here);

/// What becomes of `linux.seccomp`, which may be there as text.
enum class Profile : uint8_t { kWithin, kLeftOut };

/// A Config as a part of a larger document. config_from_json reads it back.
nlohmann::json config_to_json(const Config& config, Profile profile = Profile::kWithin);

}  // namespace lockstep::oci
