#pragma once

#include <string>

#include "common/images/store.hpp"

namespace lockstep::fetch {

/// Unpacks a layer into `folder`, which is empty and stays open, and brings it to the disk.
/// Verifies the blob's digest first and the diff id at the end. `name` is what errors call the
/// folder.
///
/// A layer is somebody else's: names are looked up beneath the folder only (openat2), and one that
/// is absolute, has a "..", lies below a symbolic link of the same layer, or stands twice is
/// refused, and so is a hard link to such; device nodes are, too. Throws Error, which may leave a
/// part of it in the folder.
///
/// Root gives each entry its owner; for anybody else all is the caller's.
void unpack_layer(const images::Store& store, const images::Descriptor& layer,
                  const std::string& diff_id, const Fd& folder, const std::string& name);

}  // namespace lockstep::fetch
