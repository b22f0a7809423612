#pragma once

#include <string>
#include <vector>

#include "tests/lessons/step.hpp"

namespace lockstep::lessons {

/// An image store of the grader's own, as docs/lessons/04-overlay.md describes it and rootfs-fetch
/// fills it: an OCI image layout, and its layers unpacked beside it. The program finds it by
/// $LOCKSTEP_STORE. Removed at the end.
class ImageStore {
 public:
  /// Begins an image whose lowest layer is a small busybox.
  /// Throws CannotTell where there is none to make it from.
  explicit ImageStore(Step& step);
  ImageStore(const ImageStore&) = delete;
  ImageStore& operator=(const ImageStore&) = delete;
  ~ImageStore();

  /// A folder to be filled with the next layer.
  std::string new_layer();
  /// Finishes the image: its layers are the folders so far. `settings` is the "config" of its config.
  void finish(const std::string& name, const std::string& settings);

  /// Where the layers lie, unpacked.
  std::string layers() const { return path_ + "/layers"; }

  /// `run OPTIONS IMAGE COMMAND…`, to its end.
  Outcome run(const std::vector<std::string>& options, const std::vector<std::string>& command);
  /// How to start the program with this store.
  How how() const;

 private:
  std::string add_blob(const std::string& text);

  Step& step_;
  std::string path_;
  std::vector<std::string> folders_;  // the lowest first
};

}  // namespace lockstep::lessons
