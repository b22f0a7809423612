#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/images/media_types.hpp"
#include "common/os/fd.hpp"

/// A layer's tar without its packing, as bytes: what is in it is not looked at.
namespace lockstep::fetch {

class SizeLimit;

/// Gives what is in `blob`, from where it stands, to `write` piece by piece. `name` is what errors
/// call it. Throws Error if it isn't packed that way, or becomes larger than `limit`, which may be
/// nullptr, allows.
void read_plain(Fd blob, images::Packing packing, const std::string& name, SizeLimit* limit,
                const std::function<void(std::string_view)>& write);

struct Plain {
  std::string digest;  // the layer's diff id
  int64_t size = 0;
};
Plain measure_plain(Fd blob, images::Packing packing, const std::string& name, SizeLimit* limit);

/// How a file begins says how it is packed; nothing: neither gzip, nor zstd, nor a tar.
std::optional<images::Packing> packing_of_file(const Fd& file);

}  // namespace lockstep::fetch
