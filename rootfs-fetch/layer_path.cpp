#include "rootfs-fetch/layer_path.hpp"

#include <archive_entry.h>

#include <sstream>

#include "common/images/location.hpp"
#include "common/os/error.hpp"

namespace lockstep::fetch {
namespace {

/// libarchive has the name as the file has it, or, where it was declared to be UTF-8 and the locale
/// isn't, only as that.
std::string text_of(const char* plain, const char* utf8, const char* what) {
  const char* text = plain != nullptr ? plain : utf8;
  if (text == nullptr)
    throw Error(fmt::format("an entry of the layer has {} that can't be read", what));
  return text;
}

}  // namespace

LayerPath LayerPath::from(const std::string& raw) {
  const char* hint = "a layer must not reach out of its folder: don't trust this image";
  if (raw.starts_with('/')) {
    throw Error(fmt::format("{} in the layer is an absolute path", images::quoted_briefly(raw)),
                hint);
  }
  if (raw.size() > kLongest) {
    throw Error(fmt::format("{} in the layer is a path of {} bytes; at most {} are unpacked",
                            images::quoted_briefly(raw), raw.size(), kLongest));
  }
  LayerPath path;
  std::istringstream parts(raw);
  for (std::string part; std::getline(parts, part, '/');) {
    if (part.empty() || part == ".") continue;
    if (part == "..")
      throw Error(fmt::format("{} in the layer has a \"..\"", images::quoted_briefly(raw)), hint);
    path.parent = path.text;
    path.name = part;
    path.text += (path.text.empty() ? "" : "/") + part;
  }
  return path;
}

LayerPath LayerPath::parse(archive_entry* entry) {
  LayerPath path = from(
      text_of(::archive_entry_pathname(entry), ::archive_entry_pathname_utf8(entry), "a name"));
  if (path.text.empty() && ::archive_entry_filetype(entry) != AE_IFDIR) {
    throw Error("an entry of the layer takes the place of its root, and is no folder");
  }
  return path;
}

LayerPath LayerPath::parse_target(archive_entry* entry) {
  return from(text_of(::archive_entry_hardlink(entry), ::archive_entry_hardlink_utf8(entry),
                      "a hard link"));
}

std::string LayerPath::link_target(archive_entry* entry) {
  return text_of(::archive_entry_symlink(entry), ::archive_entry_symlink_utf8(entry),
                 "a symbolic link");
}

}  // namespace lockstep::fetch
