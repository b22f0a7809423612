#pragma once

#include <string>

namespace lockstep::images {

/// The root folder that `--rootfs` means. A folder, if it holds a '/' or is there in the working
/// directory, is itself; anything else is the name of an image in the store, and means the copy of
/// its files, STORE/rootfs/NAME: one writable folder for all containers of that name, until lesson
/// 04 gives each its own layer.
///
/// Looks at two paths at most (stat(2)), and at no index. Throws Error if neither is a folder: the
/// hint says how to get one, and what the store has.
std::string find_rootfs(const std::string& folder_or_name);

}  // namespace lockstep::images
