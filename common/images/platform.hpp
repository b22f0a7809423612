#pragma once

#include <string>
#include <vector>

#include "common/images/documents.hpp"

namespace lockstep::images {

/// "linux/arm/v7", "linux/amd64".
std::string words_of(const Platform& platform);
/// "OS/ARCHITECTURE[/VARIANT]", or the architecture alone, for linux. Throws Error.
Platform parse_platform(const std::string& text);
/// This machine's.
Platform own_platform();

/// The image of an index that `wanted` can run: that very variant, else the newest of the older
/// ones. Nothing that isn't an image: an attestation ("unknown/unknown"). nullptr if there is none.
const IndexEntry* choose(const std::vector<IndexEntry>& entries, const Platform& wanted);

}  // namespace lockstep::images
