#pragma once

#include "common/oci/config.hpp"

/// Lesson 07: a share of the processor's caches and of its memory bandwidth (`linux.intelRdt`). What
/// resctrl is given there are folders of another file system, which few machines have.
/// See: the kernel's arch/x86/resctrl.rst; the runtime-spec's config-linux.md, "IntelRdt"
namespace lockstep::cgroup {

/// On the host: throws Error if a share is asked for, for lockstep can give none; where the machine
/// couldn't either, it says so.
void refuse_cache_share(const oci::Config& config);

}  // namespace lockstep::cgroup
