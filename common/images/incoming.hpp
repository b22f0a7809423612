#pragma once

#include <string>

#include "common/os/fd.hpp"

namespace lockstep::images {

constexpr const char* kIncoming = ".incoming";

/// A folder in the store for what takes long to come, an archive's blobs for instance: nobody has to
/// wait for it, for the store isn't locked meanwhile. What is whole is moved from here to its place.
/// The folder is cleared when this object goes; what one who was killed has left, by the next one
/// who writes to the store.
class Incoming {
 public:
  /// Makes one; the store, too, if it isn't there. Not to be called by who has the store locked.
  static Incoming open();
  Incoming(Incoming&&) = default;
  Incoming& operator=(Incoming&&) = delete;
  ~Incoming();

  const Fd& folder() const { return folder_; }

 private:
  Incoming(Fd parent, std::string name, Fd folder)
      : parent_(std::move(parent)), name_(std::move(name)), folder_(std::move(folder)) {}

  Fd parent_;
  std::string name_;
  Fd folder_;  // locked (flock(2)) as long as its maker lives
};

/// Removes what makers that are no more have left; `store` is what errors call the store.
void clear_incoming(const Fd& incoming, const std::string& store);

}  // namespace lockstep::images
