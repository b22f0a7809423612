#pragma once

#include <string>
#include <vector>

#include "common/os/fd.hpp"

namespace lockstep::images {

/// Removes everything below the open folder; the folder itself stays. No link is followed. What is
/// there may be hostile, a container has written it: nested deeper than a path can be long, without
/// permissions, changing meanwhile. Throws SysError naming the first thing that can't be removed.
void empty_folder(const Fd& folder);

/// The names in an open folder, sorted; without "." and "..". Throws SysError.
std::vector<std::string> names_in(const Fd& folder);

}  // namespace lockstep::images
