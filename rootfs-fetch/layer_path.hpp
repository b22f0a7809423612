#pragma once

#include <string>

struct archive_entry;

namespace lockstep::fetch {

/// What a name begins with that hides the rest of it in the layers below, and the name that hides a
/// folder's whole content. See: the image-spec's layer.md, "Whiteouts"
constexpr const char* kWhiteout = ".wh.";
constexpr const char* kOpaque = ".wh..wh..opq";

/// Where an entry of a layer belongs, below the folder that it is unpacked into. Only made from
/// names that stay there: not absolute, no "..".
struct LayerPath {
  /// Four times what the kernel takes at once: more, and nothing could ever open it.
  static constexpr size_t kLongest = 16384;

  std::string text;    // "usr/bin/awk"; empty: the folder itself
  std::string parent;  // "usr/bin"; "" for the folder itself
  std::string name;    // "awk"

  /// "./usr/bin/awk", "usr//bin/awk/" and the like. Throws Error.
  static LayerPath from(const std::string& raw);
  /// The entry's name, and what it is a hard link to. Throws Error.
  static LayerPath parse(archive_entry* entry);
  static LayerPath parse_target(archive_entry* entry);
  /// What a symbolic link points to: any text, it is looked up by others.
  static std::string link_target(archive_entry* entry);
};

}  // namespace lockstep::fetch
