#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/oci/config.hpp"
#include "common/oci/json_place.hpp"

namespace lockstep::oci {

/// The members of `process` that privileges.hpp has, from `here` into it. A capability that nobody knows
/// by this name is left out, and that is said: so the spec has it. All else that can't be is an Error
/// that names the place.
void read_privileges(const JsonPlace& here, Process& process);

/// The same back.
void write_privileges(nlohmann::json& out, const Process& process);

/// `linux.personality`: its domain; "" if it isn't there.
std::string read_personality(const JsonPlace& linux);

/// `linux.sysctl`.
std::map<std::string, std::string> read_sysctls(const JsonPlace& linux);

}  // namespace lockstep::oci
