#pragma once

#include <string>
#include <vector>

#include "common/images/documents.hpp"
#include "rootfs-fetch/registry/registry.hpp"

namespace lockstep::fetch {

/// A layer as a registry has it.
struct RemoteLayer {
  images::Descriptor blob;
  std::vector<std::string> urls;  // of a foreign one: where it may be, too
};

/// An image as a registry has it.
struct RemoteImage {
  std::string digest;           // of the manifest there
  std::string text;             // the manifest as it is stored here: always the OCI's
  images::Descriptor manifest;  // of that text
  images::Descriptor config;
  std::vector<RemoteLayer> layers;
};

/// Whether the document is an index of several images; false for a manifest. Throws Error for
/// Docker's schema 1, and for what is neither; `where` is what errors call it.
bool is_index(const RemoteDocument& document, const std::string& where);

/// Reads a manifest. One of Docker's schema 2 becomes an OCI one, with the same blobs: so that every
/// tool that reads an OCI layout can read the store. Throws Error.
RemoteImage read_image(const RemoteDocument& document, const std::string& where);

}  // namespace lockstep::fetch
