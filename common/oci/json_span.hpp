#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>

/// Parts of a JSON text found by looking at its brackets and quotes alone, without reading what is in them. That
/// is no check: what is found is read by parse_json before anybody believes it.
namespace lockstep::oci {

struct Span {
  size_t begin = 0;
  size_t end = 0;  // behind it
};

/// The object that begins at `at`, where its "{" is. Nothing if it has no end.
std::optional<Span> object_at(std::string_view text, size_t at);

/// The object that `way`, the keys from the text's outermost object on, leads to: {"linux", "seccomp"}.
/// Nothing if there is none, or something else has that key, or the text isn't JSON up to there.
std::optional<Span> find_object(std::string_view text, std::initializer_list<std::string_view> way);

}  // namespace lockstep::oci
