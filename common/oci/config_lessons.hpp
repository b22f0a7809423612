#pragma once

#include <string>
#include <vector>

#include "common/oci/json_place.hpp"

/// Which lesson brings which part of the runtime-spec.
namespace lockstep::oci {

/// Refuses what in a config.json only a later step than that of `lesson` does something with: by
/// the place of the first, and in the hint all of them, and the step that has them. Throws Error.
void refuse_later_lessons(const JsonPlace& config, int lesson);

/// The types of the namespaces that a container of that lesson's step has by default, in the order
/// of `runc spec`.
std::vector<std::string> default_namespaces(int lesson);

}  // namespace lockstep::oci
