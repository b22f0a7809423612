#pragma once

#include <string>

/// What servers say in JSON.
namespace lockstep::fetch {

/// A token server's `token`, or `access_token`. Throws Error.
std::string token_in(const std::string& text, const std::string& where);

/// What a registry complains of, cleared of what a terminal should not be sent: "DENIED: …"; empty
/// where it says nothing that can be understood. See: the distribution-spec, "Error Codes"
std::string complaint_in(const std::string& text);

}  // namespace lockstep::fetch
