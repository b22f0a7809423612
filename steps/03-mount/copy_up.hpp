#pragma once

#include <string>

#include "common/os/fd.hpp"

namespace lockstep::mnt {

/// Fills a new tmpfs with what its mount point held (`tmpcopyup`): folders, files, links, with
/// mode, owner and times as far as the caller may set them. Both descriptors are open folders; no
/// link is followed. `name` is for errors.
void copy_up(const Fd& from, const Fd& to, const std::string& name);

}  // namespace lockstep::mnt
