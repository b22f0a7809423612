#pragma once

#include <string>

namespace lockstep::fetch {

/// The name that an image gets in the store which somebody wants to call `text`: as it is, or, with
/// a registry or an organisation before it, as registries have it: "org/app" → "org/app:latest".
/// Throws Error for what can't be a name: a digest, which an image has and isn't given; a place; what no pull would take.
std::string new_name(const std::string& text);

/// The same for the name that an image has where it comes from, which need not be a reference.
std::string name_from_elsewhere(const std::string& text);

}  // namespace lockstep::fetch
