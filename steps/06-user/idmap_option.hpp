#pragma once

#include "common/oci/config.hpp"

/// Lesson 06: which mounts are to show other ids than the disk's: the options idmap and ridmap.
namespace lockstep::usr {

/// Whether `mount` asks for that, by an option or by maps of its own.
bool is_idmapped(const oci::Mount& mount);

/// On the host: throws Error for one that can't be had. `by_the_host`: with its root's power.
/// See: the runtime-spec's config.md, "Linux mount options"
void check_idmaps(const oci::Config& config, bool by_the_host);

}  // namespace lockstep::usr
