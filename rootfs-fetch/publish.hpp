#pragma once

#include <string>

#include "common/images/store.hpp"
#include "rootfs-fetch/image.hpp"

/// From blobs to an image that can be run.
namespace lockstep::fetch {

/// Stores a document.
images::Descriptor put(const images::Store& store, const char* media_type,
                       const std::string& content);

/// Gives an image, whose blobs are all there, its name: everything the name needs first (its layers
/// unpacked, its rootfs), the name last. The rootfs may have been changed by containers, and stays
/// as it is unless it is another image's.
void publish(const images::Store& store, const Image& image);

/// Makes the image's rootfs anew.
void make_rootfs(const images::Store& store, const Image& image);

}  // namespace lockstep::fetch
