#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "common/images/overlay_marks.hpp"
#include "common/images/tree_cursor.hpp"

/// Lesson 04: an image's layers looked at as overlayfs does, without a mount: of each name the
/// topmost counts, and where that is a whiteout there is nothing.
namespace lockstep::overlay {

class LowerView {
 public:
  /// The unpacked layers, the topmost first.
  LowerView(const std::vector<std::string>& layers, images::Marks marks);

  struct Entry {
    Fd file;  // O_PATH
    struct stat status;
  };
  /// What there is of that name in the folder where the view stands.
  std::optional<Entry> find(const std::string& name) const;
  /// All names there.
  std::vector<std::string> names() const;

  /// Goes into the folder of that name; if there is none, it is an empty one.
  void enter(const std::string& name);
  void leave();

 private:
  /// One for each layer. It takes part where it has come down as deep as the view: another stands
  /// where its layer has no such folder, or one above hides it.
  std::vector<images::TreeCursor> cursors_;
  size_t depth_ = 0;
  images::Marks marks_;
};

}  // namespace lockstep::overlay
