#pragma once

#include <filesystem>

#include "common/os/fd.hpp"

namespace lockstep {

/// What openat2(RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS) does, for kernels before 5.6: opens each
/// component by itself with O_NOFOLLOW and resolves links by hand, never above `root`. Returns a
/// descriptor, or -1 with errno set, as open(2) does.
int walk_beneath(const Fd& root, const std::filesystem::path& path, int flags);

}  // namespace lockstep
