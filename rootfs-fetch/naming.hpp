#pragma once

#include <string>

namespace lockstep::fetch {

/// The name that an image gets in the store which somebody wants to call `text`: as it is, or, with
/// a registry or an organisation before it, as registries have it: "org/app" → "org/app:latest".
/// Throws Error for what can't be a name: a digest, which an image has and isn't given; a place.
std::string new_name(const std::string& text);

}  // namespace lockstep::fetch
