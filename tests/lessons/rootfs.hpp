#pragma once

#include <string>

namespace lockstep::lessons {

/// A container's files, made in the new folder `folder` from this machine's static busybox: all
/// that the checks need inside. Throws Error if there is no such busybox.
void make_rootfs(const std::string& folder);

/// A folder of the grader's own in a rootfs, open to all, with a file `marker` in it, and places to
/// mount on. Removed at the end, so a learner's own rootfs stays as it was.
class Foothold {
 public:
  explicit Foothold(const std::string& rootfs);
  Foothold(const Foothold&) = delete;
  Foothold& operator=(const Foothold&) = delete;
  ~Foothold();

  static constexpr const char* kInside = "/lesson-check";
  static constexpr const char* kMarker = "this is the rootfs\n";

 private:
  std::string path_;
};

}  // namespace lockstep::lessons
