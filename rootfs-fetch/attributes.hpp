#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <ctime>
#include <optional>
#include <string>

#include "common/images/xattrs.hpp"
#include "common/os/fd.hpp"

struct archive_entry;

namespace lockstep::fetch {

/// What an entry of a layer has beside its type and content.
struct Attributes {
  mode_t mode = 0755;
  uid_t uid = 0;
  gid_t gid = 0;
  std::optional<timespec> mtime;  // none: a folder that the layer only implies
  images::Xattrs xattrs;
};

Attributes attributes_of(archive_entry* entry);

/// Gives files their attributes, as far as this process may: root all of them; root of a user
/// namespace owners whom that has a number for, the others' files are nobody's (65534); for anybody
/// else all stays the caller's, and of the extended attributes only the users' own can be had. (Nor
/// is borrowed root more than that, which has one user only; but it may give capabilities, which
/// then hold for that user.) What can't be had is counted (losses.hpp).
class AttributeGiver {
 public:
  AttributeGiver();

  bool as_root() const { return as_root_; }
  /// `file` is an O_PATH descriptor of what can't be opened: a link, a node. `path` is what
  /// errors call it. Throws SysError.
  void apply(const Fd& file, const Attributes& attributes, const std::string& path);

 private:
  void give_away(const Fd& file, const struct stat& status, Attributes& attributes,
                 const std::string& path) const;
  void apply_xattrs(const std::string& file, const images::Xattrs& xattrs, const std::string& path);

  bool as_root_;
  bool told_ = false;
};

}  // namespace lockstep::fetch
