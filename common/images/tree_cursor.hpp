#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "common/os/fd.hpp"

namespace lockstep::images {

/// A place in a tree of folders that may be hostile: nested deeper than a path can be long or than
/// descriptors last, changing meanwhile. One descriptor is open, of the folder where the cursor
/// stands; no link is followed; the way back is "..", which must lead to where the cursor came
/// from.
class TreeCursor {
 public:
  explicit TreeCursor(Fd root);

  const Fd& here() const { return here_; }
  /// 0 at the root.
  size_t depth() const { return trail_.size(); }
  /// "usr/bin"; empty at the root.
  const std::string& path() const { return path_; }
  /// The path of a name in the folder where it stands.
  std::string path_of(const std::string& name) const;

  /// Goes into the folder `name`. False if there is none: nothing of that name, or no folder.
  /// Throws SysError (EACCES, EMFILE, …).
  bool enter(const std::string& name);
  /// Goes back up. Throws Error if the folder was moved since.
  void leave();
  /// Leaves until it stands at `path` or above it.
  void leave_towards(const std::string& path);
  /// Leaves and enters until it stands at `path`. False if a folder on the way isn't there: then it
  /// stands above that.
  bool go_to(const std::string& path);
  /// The name of the next folder on the way from here down to `path`.
  std::string next_towards(const std::string& path) const;

 private:
  bool is_above(const std::string& path) const;
  struct Level {  // the folder that was left downwards
    dev_t device;
    ino_t inode;
    size_t path_length;
  };

  Fd here_;
  std::vector<Level> trail_;
  std::string path_;
};

}  // namespace lockstep::images
