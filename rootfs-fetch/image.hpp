#pragma once

#include <cstdint>
#include <string>

#include "common/images/store.hpp"

namespace lockstep::fetch {

/// An image of the store: what its name points to, read and verified.
struct Image {
  std::string name;
  images::Descriptor descriptor;
  images::Manifest manifest;
  images::ImageConfig config;
  std::string manifest_text;
  std::string config_text;

  /// What it takes in the store, in bytes: its documents and its layers as they are stored.
  int64_t size() const;
  std::string platform() const { return config.os + "/" + config.architecture; }
};

/// Throws Error if it is no image, or a part of its documents is missing or damaged.
Image load_image(const images::Store& store, const std::string& name,
                 const images::Descriptor& descriptor);

/// The same by its name, which need not be there, nor need a store. Throws Error whose hint says
/// what is.
Image find_image(const std::optional<images::Store>& store, const std::string& name);

/// "1.1 MB"
std::string human_size(int64_t bytes);

/// Whether there is anything at that path of the host's.
bool exists(const std::string& path);

}  // namespace lockstep::fetch
