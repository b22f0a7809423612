#pragma once

#include "common/oci/config.hpp"
#include "common/os/mounts.hpp"

/// Lesson 06: who can get at what the container's root leaves in an id-mapped rootfs.
namespace lockstep::usr {

/// Says so in one line where every user of the host can: what is set-uid root inside is, on disk, set-uid
/// the host's root. Only to people, not to engines, which have folders of their own.
void say_who_reaches(const sys::Place& rootfs, const oci::Config& config);

}  // namespace lockstep::usr
