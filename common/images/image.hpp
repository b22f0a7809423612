#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/images/store.hpp"

namespace lockstep::images {

/// An image of the store: what a name points to. Its documents are taken as they lie there; that
/// they have their digests was checked by who put them there (rootfs-fetch checks it again).
struct Image {
  std::string name;
  Descriptor descriptor;  // of its manifest
  Manifest manifest;
  ImageConfig config;

  /// What it takes in the store, in bytes: its documents and its layers as they are stored.
  int64_t size() const;
  /// "linux/amd64", as the image-spec's config.md names them.
  std::string platform() const;
};

/// Throws Error if it is no image, or a part of its documents is missing or damaged.
Image load_image(const Store& store, const std::string& name, const Descriptor& descriptor);
/// The same with `read` to read its manifest and then its config, for who wants them verified, or
/// their texts.
Image load_image(const std::string& name, const Descriptor& descriptor,
                 const std::function<std::string(const Descriptor&)>& read);

/// The entry called `name`, or as names_in_store() has it (docker's way to leave out ":latest" and
/// docker.io); else the one whose digest is `name`, or begins with it (four digits at least). Throws
/// Error if there is none: the hint says how to get one, and what the store has. There need not be a
/// store.
IndexEntry find_entry(const std::optional<Store>& store, const std::string& name);
IndexEntry find_entry(const Store& store, const std::string& name);
/// Its name, or its digest where it has none.
std::string name_of(const IndexEntry& entry);
/// The same entry's image.
Image find_image(const std::optional<Store>& store, const std::string& name);
std::optional<Image> find_image_if_there(const std::optional<Store>& store,
                                         const std::string& name);

/// "1.1 MB"
std::string human_size(int64_t bytes);

}  // namespace lockstep::images
