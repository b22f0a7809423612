#pragma once

#include <sys/stat.h>

#include <functional>
#include <optional>

#include "common/images/xattrs.hpp"

/// Whose files are, by other numbers: a container's files belong, on disk, to the ids that its users
/// have outside.
namespace lockstep::images {

/// The number that takes the place of an owner's; nothing where there is none.
struct Owners {
  using Number = std::function<std::optional<uint32_t>(uint32_t)>;
  Number uid;
  Number gid;
  explicit operator bool() const { return uid != nullptr; }  // else all keep theirs
};

/// The owner and the group, as chown(2) would give them. Who has no number becomes 65534, as Linux
/// shows who isn't mapped, and a program runs as nobody by that: its set-uid or set-gid bit goes.
void renumber(struct stat& status, const Owners& owners);

/// The ids in access lists likewise (as nobody's entry), and the root of the user namespace in which
/// capabilities count ("security.capability": 0 if it doesn't say); without a number they go.
/// See: capabilities(7), "File capability extended attribute versioning"; acl(5)
void renumber(Xattrs& xattrs, const Owners& owners);

}  // namespace lockstep::images
