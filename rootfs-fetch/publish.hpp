#pragma once

#include <functional>
#include <string>

#include "common/images/store.hpp"
#include "rootfs-fetch/image.hpp"

/// From blobs to an image that can be run.
namespace lockstep::fetch {

class SizeLimit;

/// Stores a document.
images::Descriptor put(const images::Store& store, const char* media_type,
                       const std::string& content);

/// Whether an image gets a copy of its files for `--rootfs NAME`, too. An image whose name has a
/// '/' never does; for others it would double what they take: `export` makes one where it is
/// wanted.
enum class Rootfs : uint8_t { kNone, kMake };

/// Gives an image, whose blobs are all there, its name: everything the name needs first (its layers
/// unpacked, its rootfs), the name last. The rootfs may have been changed by containers, and stays
/// as it is unless it is another image's.
void publish(const images::Store& store, const Image& image, Rootfs rootfs,
             SizeLimit* limit = nullptr, const images::Origin& origin = {});

/// Makes a folder of the store's, which `fill` fills: complete, or not at all.
void make_folder(const images::Store& store, const std::string& folder,
                 const std::function<void(const Fd&)>& fill);

/// Makes the image's rootfs anew.
void make_rootfs(const images::Store& store, const Image& image);

}  // namespace lockstep::fetch
