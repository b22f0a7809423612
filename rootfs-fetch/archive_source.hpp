#pragma once

#include <memory>
#include <string>

#include "rootfs-fetch/source.hpp"

namespace lockstep::fetch {

/// An archive of images: an OCI layout as a tar, or what `docker save` writes, whichever it turns
/// out to be (docker's newer ones are both). `path` may be "-", standard input. Throws Error.
std::unique_ptr<Source> open_archive(const std::string& path, SizeLimit& limit);

}  // namespace lockstep::fetch
