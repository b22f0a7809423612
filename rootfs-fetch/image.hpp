#pragma once

#include <optional>
#include <string>

#include "common/images/image.hpp"

namespace lockstep::fetch {

/// An image of the store whose documents were verified, and their texts.
struct Image : images::Image {
  std::string manifest_text;
  std::string config_text;
};

/// Throws Error if it is no image, or a part of its documents is missing or damaged.
Image load_verified(const images::Store& store, const std::string& name,
                    const images::Descriptor& descriptor);

/// The same by its name, which need not be there, nor need a store. Throws Error whose hint says
/// what is.
Image find_verified(const std::optional<images::Store>& store, const std::string& name);

/// Throws Error where its layers' blobs were not kept: the hint says how to get them.
void require_blobs(const images::Store& store, const Image& image);

/// Whether there is anything at that path of the host's.
bool exists(const std::string& path);

}  // namespace lockstep::fetch
