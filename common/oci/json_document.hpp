#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

/// JSON documents as text. Only the sources that hold or build a document need <nlohmann/json.hpp>,
/// which takes seconds to compile; what reads one needs no more than json_place.hpp.
namespace lockstep::oci {

/// Parses one JSON text (RFC 8259). `name` is what errors call it: `config.json: line 3, column 5:
/// …`. Refuses what is not JSON, bytes that are not UTF-8, a key that stands twice in an object
/// (other readers differ on which one counts), more than 100 levels and more than 16 MiB. Throws
/// Error.
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
