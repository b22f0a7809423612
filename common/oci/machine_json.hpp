#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "common/oci/config.hpp"
#include "common/oci/json_place.hpp"

namespace lockstep::oci {

/// `linux.timeOffsets`, `netDevices`, `memoryPolicy` and `intelRdt`, from `linux` into `out`. Throws
/// Error that names the place.
void read_machine(const JsonPlace& linux, Linux& out);

/// The same back.
void write_machine(nlohmann::json& out, const Linux& linux);

}  // namespace lockstep::oci
