#pragma once

#include <string>

#include "common/oci/config.hpp"

/// Lesson 03: --volume, --mount and --tmpfs as the runtime-spec's mounts. All throw UsageError that
/// names the option and the part of it.
namespace lockstep::mnt {

/// "SRC:DST[:OPT,…]". SRC is the host's, relative to the caller's working directory. A bind with
/// all that is mounted below SRC, private; `ro` makes all of that read-only, too.
oci::Mount parse_volume(const std::string& text);

/// "type=bind|tmpfs,source=SRC,target=DST[,readonly][,bind-propagation=rslave][,bind-recursive=…][,tmpfs-size=64m]
/// [,tmpfs-mode=1777][,tmpcopyup][,any option of the runtime-spec]", docker's and podman's names.
oci::Mount parse_mount(const std::string& text);

/// "DST[:OPT,…]": nosuid, nodev, noexec unless the options say otherwise.
oci::Mount parse_tmpfs(const std::string& text);

/// "64m" → "67108864": a number of bytes, or of k, m, g, t (1024 each).
std::string parse_size(const std::string& option, const std::string& text);

}  // namespace lockstep::mnt
