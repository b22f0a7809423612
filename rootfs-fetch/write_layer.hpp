#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::fetch {

enum class Kind : uint8_t { kFolder, kFile, kLink };

/// One entry of a layer that is made here.
struct LayerEntry {
  std::string path;  // "bin/busybox", without a '/' at either end
  Kind kind = Kind::kFolder;
  mode_t mode = 0755;
  std::string content;  // a file's bytes; where a link points
};

/// A layer as a plain tar, the same bytes for the same entries in any order: sorted, of 1970,
/// root's, without names. Throws Error.
std::string make_tar(std::vector<LayerEntry> entries);

/// The text compressed, without a time stamp. Throws Error.
std::string gzip(const std::string& text);

}  // namespace lockstep::fetch
