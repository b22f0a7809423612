#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

/// JSON documents as text. Only the sources that build a document need <nlohmann/json.hpp>, which
/// takes seconds to compile; for reading one, this header and json_place.hpp are enough.
namespace lockstep::oci {

/// Parses one JSON text (RFC 8259). `name` is what errors call it: `config.json: line 3, column 5:
/// …`. Refuses what is not JSON, bytes that are not UTF-8, and, so that nobody has to guess, a key
/// that stands twice in an object (runc takes the last one, crun the first). More than 100 levels
/// or 16 MiB are refused too. Throws Error.
nlohmann::json parse_json(const std::string& text, const std::string& name);

/// A document as text: on one line, or with an indent of so many spaces. Never throws for a string
/// that is not UTF-8, which JSON can't express: each such byte becomes U+FFFD.
std::string write_json(const nlohmann::json& document, int indent = -1);

/// Adds a member's key to the way to a value, as a program would have it: `.args`,
/// `["com.example.key"]`.
void append_json_key(std::string& way, std::string_view key);

/// The start of a text, for an error that quotes it: whole characters, and "…" for what is left
/// out.
std::string clipped(std::string_view text, size_t most_bytes = 60);

}  // namespace lockstep::oci
