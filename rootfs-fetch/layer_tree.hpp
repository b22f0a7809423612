#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "common/images/overlay_marks.hpp"
#include "common/images/tree_cursor.hpp"
#include "rootfs-fetch/attributes.hpp"
#include "rootfs-fetch/layer_path.hpp"
#include "rootfs-fetch/path_set.hpp"

namespace lockstep::fetch {

/// What unpacking makes of a whiteout.
enum class Shape : uint8_t {
  kLayer,  // a mark of overlayfs's: the folder is to be one of its lower ones
  kTree,   // the removal itself: each layer goes on top of the ones before it
};

/// The folder that layers are unpacked into. It follows no link and believes no name: the way to
/// each entry is walked folder by folder. What one layer has made stays, whatever the same layer
/// hides.
class LayerTree {
 public:
  LayerTree(const Fd& folder, Shape shape);

  /// To be called before each layer.
  void begin_layer();

  /// Opens the folder that the entry belongs into, made if it is missing, with nothing in the
  /// entry's place. Throws Error if the layer has the entry twice, or has something else than a
  /// folder above it.
  const Fd& make_room(const LayerPath& path);
  /// Makes the entry a folder, or keeps the one that is there.
  void make_folder(const LayerPath& path, const Attributes& attributes);
  /// Hides what the layers below have at `path`, or everything that they have in that folder.
  void hide(const LayerPath& path);
  void hide_below(const LayerPath& folder);
  /// Opens the folder in which a hard link's target lies. Throws Error if that isn't there.
  Fd open_folder_of_target(const LayerPath& path, const LayerPath& target);

  /// Gives all folders their attributes. Only now, and the inner ones first: one may be without
  /// write permission, and each file that is made in it changes its time.
  void finish(AttributeGiver& giver);

 private:
  void stand_in(const LayerPath& path);
  void enter_or_make(const LayerPath& path, const std::string& name);
  void refuse_below(const LayerPath& path, const std::string& name) const;
  bool is_folder(const std::string& name) const;
  void remove(const std::string& name);
  void remove_what_is_lower(const std::string& name);
  void make_opaque(const std::string& name);

  const Shape shape_;
  const images::Marks marks_ = images::own_marks();
  images::TreeCursor cursor_;
  PathSet made_;                     // by this layer
  std::set<std::string> whiteouts_;  // of this layer, where they became marks
  std::map<std::string, Attributes> folders_;
};

}  // namespace lockstep::fetch
