#pragma once

#include "04-overlay/overlay.hpp"
#include "common/oci/config.hpp"

/// Lesson 06: an image's layers and the container's own one, for users who aren't the host's.
namespace lockstep::usr {

/// Each layer, and the sandbox with upper and work, is covered by an id-mapped copy of itself; and
/// then the host joins them: to the container's root they are out of reach, and to the host the
/// marks of deleted files are those of root. Where they can't be id-mapped, a copy is made that is
/// the container's on disk.
/// In the child's mount namespace; `users` is the container's user namespace. Throws SysError.
void mount_mapped(overlay::Overlay& overlay, const oci::Config& config, const Fd& users);

}  // namespace lockstep::usr
