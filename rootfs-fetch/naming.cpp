#include "rootfs-fetch/naming.hpp"

#include "common/images/location.hpp"
#include "common/images/reference.hpp"
#include "common/os/error.hpp"

namespace lockstep::fetch {

using images::Place;
using images::Reference;

std::string new_name(const std::string& text) {
  const auto reference = Reference::read(text);
  if (reference && reference->place != Place::kRegistry) {
    throw Error(
        fmt::format("{} is a place, and no name for an image", images::quoted_briefly(text)),
        "NAME, NAME:TAG, ORG/NAME:TAG or REGISTRY/NAME:TAG is one");
  }
  if (reference && !reference->digest.empty()) {
    throw Error(fmt::format("{} has a digest, which an image has and can't be given",
                            images::quoted_briefly(text)),
                "leave the @ away, and what is behind it");
  }
  if (text.find('/') == std::string::npos) {
    images::check_name(text);
    if (!reference) Reference::parse(text);  // which says what is wrong with it
    return text;
  }
  if (reference) return reference->name();
  try {
    return Reference::parse(text).name();
  } catch (const Error& error) {  // which knows what is wrong with it
    throw Error(fmt::format("{} is not an image's name", images::quoted_briefly(text)),
                error.hint().empty() ? error.what() : error.hint());
  }
}

std::string name_from_elsewhere(const std::string& text) {
  if (text.find('/') != std::string::npos || Reference::read(text)) return new_name(text);
  images::check_name(text);
  return text;
}

}  // namespace lockstep::fetch
