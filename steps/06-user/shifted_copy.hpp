#pragma once

#include "04-overlay/overlay.hpp"
#include "common/oci/config.hpp"

/// Lesson 06: an image for a container whose root isn't who called, without root (`--userns keep-id`).
///
/// In the store an ordinary user's image is that user's: their own id stands for its root. In such a
/// container somebody else has the number 0, and the caller, who would own /etc and /bin, is who runs
/// there. To map the ids of a mount takes root. So the image's files are copied, and the copy is given
/// to the container's users, by a process with power over all ids that are the caller's to give.
namespace lockstep::usr {

bool needs_a_copy_without_root(const oci::Config& config);

/// On the host, when the child has its maps. Says so in one line. Throws Error, SysError.
void copy_without_root(overlay::Overlay& overlay, const oci::Config& config);

}  // namespace lockstep::usr
