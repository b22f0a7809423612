#pragma once

#include <memory>

#include "common/images/media_types.hpp"
#include "rootfs-fetch/byte_source.hpp"

namespace lockstep::fetch {

/// `packed`, which must outlive it, inflated: by ISA-L (gzip, several members too: it is three times
/// as fast as zlib), by libzstd (also what calls itself zstd:chunked), or as it is. Reading throws
/// Error for what is damaged or ends too early.
std::unique_ptr<ByteSource> inflate(ByteSource& packed, images::Packing packing);

}  // namespace lockstep::fetch
