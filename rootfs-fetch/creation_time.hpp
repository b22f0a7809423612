#pragma once

#include <string>

namespace lockstep::fetch {

/// The time, as RFC 3339 has it; $SOURCE_DATE_EPOCH, where somebody wants the same image again.
/// Throws Error if that is no number.
std::string creation_time();

}  // namespace lockstep::fetch
