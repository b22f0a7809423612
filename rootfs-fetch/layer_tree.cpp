#include "rootfs-fetch/layer_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/images/durable.hpp"
#include "common/images/empty_folder.hpp"
#include "common/os/error.hpp"

namespace lockstep::fetch {
namespace {

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

[[noreturn]] void fail_at(int code, const char* call, const std::string& path) {
  throw SysError(code, fmt::format("{}({})", call, quoted(path)), images::disk_hint(code));
}

}  // namespace

LayerTree::LayerTree(const Fd& folder, Shape shape) : shape_(shape), cursor_(folder.duplicate()) {}

void LayerTree::begin_layer() {
  made_.clear();
  whiteouts_.clear();
}

bool LayerTree::is_folder(const std::string& name) const {
  struct stat status {};
  return ::fstatat(cursor_.here().get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

/// Whatever `name` is, with all that is below it. Nothing if it isn't there.
void LayerTree::remove(const std::string& name) {
  const Fd& here = cursor_.here();
  if (::unlinkat(here.get(), name.c_str(), 0) == 0 || errno == ENOENT) return;
  if (!is_folder(name)) fail_at(errno, "unlink", cursor_.path_of(name));
  {
    const Fd folder(::openat(here.get(), name.c_str(), kOpenFolder));
    if (!folder) fail_at(errno, "open", cursor_.path_of(name));
    images::empty_folder(folder);
  }
  if (::unlinkat(here.get(), name.c_str(), AT_REMOVEDIR) != 0)
    fail_at(errno, "rmdir", cursor_.path_of(name));
  const std::string path = cursor_.path_of(name);
  folders_.erase(path);
  folders_.erase(folders_.lower_bound(path + "/"), folders_.lower_bound(path + "0"));  // '/' + 1
}

/// The same, but what this layer has made stays, with the folders above it.
void LayerTree::remove_what_is_lower(const std::string& name) {
  if (!made_.contains(cursor_.path_of(name))) return remove(name);
  if (!cursor_.enter(name)) return;
  for (const std::string& inner : images::names_in(cursor_.here())) remove_what_is_lower(inner);
  cursor_.leave();
}

void LayerTree::make_opaque(const std::string& name) {
  const Fd folder(::openat(cursor_.here().get(), name.c_str(), kOpenFolder));
  if (!folder) fail_at(errno, "open", cursor_.path_of(name));
  images::make_opaque(folder, marks_, cursor_.path_of(name));
}

/// A name below a link leads where the image's maker likes, and nobody who packs files has one.
void LayerTree::refuse_below(const LayerPath& path, const std::string& name) const {
  const std::string above = cursor_.path_of(name);
  if (!made_.contains(above)) return;
  struct stat status {};
  ::fstatat(cursor_.here().get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW);
  throw Error(fmt::format("{} in the layer lies below the {} {}", quoted(path.text),
                          S_ISLNK(status.st_mode) ? "symbolic link" : "file", quoted(above)),
              "such a layer was not made by packing files: don't trust it");
}

void LayerTree::enter_or_make(const LayerPath& path, const std::string& name) {
  if (cursor_.enter(name)) return;
  refuse_below(path, name);
  const std::string folder = cursor_.path_of(name);
  make_folder(LayerPath{folder, cursor_.path(), name}, Attributes{});
  if (!cursor_.enter(name)) fail_at(errno, "open", folder);
}

void LayerTree::stand_in(const LayerPath& path) {
  while (!cursor_.go_to(path.parent)) enter_or_make(path, cursor_.next_towards(path.parent));
  // What is only passed through is part of this layer, too.
  for (size_t end = path.parent.size(); end != 0 && end != std::string::npos;
       end = path.parent.rfind('/', end - 1)) {
    if (!made_.insert(path.parent.substr(0, end))) break;
  }
}

const Fd& LayerTree::make_room(const LayerPath& path) {
  stand_in(path);
  if (!made_.insert(path.text))
    throw Error(fmt::format("{} stands in the layer twice", quoted(path.text)));
  // The lower layers' entry, or this layer's whiteout for that; a layer by itself has nothing else.
  if (shape_ == Shape::kTree || whiteouts_.count(path.text) != 0) remove(path.name);
  return cursor_.here();
}

void LayerTree::make_folder(const LayerPath& path, const Attributes& attributes) {
  folders_[path.text] = attributes;
  if (path.text.empty()) return;  // the root itself
  stand_in(path);
  if (is_folder(path.name)) {
    made_.insert(path.text);
    return;
  }
  const bool hides = whiteouts_.count(path.text) != 0;
  make_room(path);
  folders_[path.text] = attributes;
  if (::mkdirat(cursor_.here().get(), path.name.c_str(), S_IRWXU) != 0)
    fail_at(errno, "mkdir", path.text);
  if (hides) make_opaque(path.name);
}

void LayerTree::hide(const LayerPath& path) {
  if (shape_ == Shape::kTree) {
    if (cursor_.go_to(path.parent)) remove_what_is_lower(path.name);
    return;
  }
  stand_in(path);
  if (made_.contains(path.text)) {
    if (is_folder(path.name)) make_opaque(path.name);
  } else if (whiteouts_.insert(path.text).second) {
    images::make_whiteout(cursor_.here(), path.name);
  }
}

void LayerTree::hide_below(const LayerPath& folder) {
  if (shape_ == Shape::kLayer) {
    stand_in(folder);
    if (folder.text.empty()) return images::make_opaque(cursor_.here(), marks_, "/");
    enter_or_make(folder, folder.name);
    return images::make_opaque(cursor_.here(), marks_, folder.text);
  }
  if (!cursor_.go_to(folder.text)) return;
  for (const std::string& name : images::names_in(cursor_.here())) remove_what_is_lower(name);
}

Fd LayerTree::open_folder_of_target(const LayerPath& path, const LayerPath& target) {
  const bool may_be = shape_ == Shape::kTree || made_.contains(target.text);
  if (cursor_.go_to(target.parent) && may_be) return cursor_.here().duplicate();
  if (cursor_.path() != target.parent) refuse_below(target, cursor_.next_towards(target.parent));
  throw Error(fmt::format("{} in the layer is a hard link to {}, which is not there",
                          quoted(path.text), quoted(target.text)));
}

void LayerTree::finish(AttributeGiver& giver) {
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
    const auto& [path, attributes] = *folder;
    const LayerPath place = LayerPath::from(path);
    if (!cursor_.go_to(place.parent)) fail_at(ENOENT, "open", place.parent);
    const Fd opened(
        ::openat(cursor_.here().get(), path.empty() ? "." : place.name.c_str(), kOpenFolder));
    if (!opened) fail_at(errno, "open", path);
    giver.apply(opened, attributes, path);
  }
}

}  // namespace lockstep::fetch
