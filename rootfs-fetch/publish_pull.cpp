#include "rootfs-fetch/publish_pull.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "common/images/durable.hpp"
#include "common/images/location.hpp"
#include "common/images/store.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

using images::Store;

/// To move a folder is to write to its "..".
void move_folder(const Fd& from, const std::string& name, const std::string& to) {
  const Fd folder(
      ::openat(from.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!folder || ::fstat(folder.get(), &status) != 0)
    throw SysError(errno, fmt::format("open({})", quoted(name)));
  ::fchmod(folder.get(), status.st_mode | S_IRWXU);
  const bool moved =
      ::renameat2(from.get(), name.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0;
  const int code = errno;
  ::fchmod(folder.get(), status.st_mode);
  if (!moved && code != EEXIST)  // there already: another layer with the same content
    throw SysError(code, fmt::format("rename({}, {})", quoted(name), quoted(to)));
}

void take_over(const Store& store, const WantedLayer& layer) {
  const auto folder = PullFolder::find(store.path(), images::hex_of(layer.remote.blob.digest));
  if (!folder) return;
  const std::string target = store.layer_folder(layer.diff_id);
  if (folder->has_layer(layer.diff_id) && !exists(target))
    move_folder(folder->folder(), images::hex_of(layer.diff_id), target);
  if (folder->has_whole_blob() && !store.has_blob(layer.remote.blob.digest))
    store.adopt_blob(folder->folder(), PullFolder::kWhole, layer.remote.blob.digest);
}

/// Nobody else may be at work in there, on the same blob for another image.
void clear(const std::string& store, const WantedLayer& layer) {
  const std::string name = images::hex_of(layer.remote.blob.digest);
  if (auto folder = PullFolder::lock_if_free(store, name)) folder->remove();
}

bool has_layers(const std::string& store, const PlannedImage& image) {
  const bool keep_blobs = !image.origin.without_blobs;
  return std::none_of(image.layers.begin(), image.layers.end(), [&](const WantedLayer& layer) {
    return LayerFetch::missing(store, layer, keep_blobs).any();
  });
}

void sync_pulls(const std::string& store) {
  const std::string pulls = PullFolder::all(store);
  if (const auto folder = sys::open_if_there(pulls, O_RDONLY | O_DIRECTORY))
    images::sync_tree(*folder, pulls);
}

/// Whether the name means that, and its entry says no less of where it came from.
bool is_entered(const Store& store, const PlannedImage& image) {
  const std::vector<images::IndexEntry> entries = store.entries();
  return std::any_of(entries.begin(), entries.end(), [&](const images::IndexEntry& entry) {
    return entry.name == image.name && entry.descriptor.digest == image.remote.manifest.digest &&
           entry.origin.from == image.origin.from &&
           (!entry.origin.without_blobs || image.origin.without_blobs);
  });
}

bool has_document(const Store& store, const images::Descriptor& document) {
  try {
    read_verified(store, document);
    return true;
  } catch (const Error&) {  // missing, or damaged: it comes anew
    return false;
  }
}

}  // namespace

bool is_published(const PlannedImage& image) {
  const auto store = Store::open();
  return store && is_entered(*store, image) && has_document(*store, image.remote.manifest) &&
         has_document(*store, image.remote.config) && has_layers(store->path(), image);
}

void forget(const PlannedImage& image) {
  for (const WantedLayer& layer : image.layers) clear(images::store_folder(), layer);
}

bool publish(const PlannedImage& image) {
  sync_pulls(images::store_folder());  // before the lock: it takes long
  const Store store = Store::open_to_write();
  for (const WantedLayer& layer : image.layers) take_over(store, layer);
  if (!has_layers(store.path(), image)) return false;
  const std::string layers = store.path() + "/layers/sha256";
  images::sync(sys::open(layers, O_RDONLY | O_DIRECTORY), layers);
  store.put_blob(image.remote.config.digest, image.config_text);
  store.put_blob(image.remote.manifest.digest, image.remote.text);
  const auto before = store.find(image.name);
  store.set(image.name, image.remote.manifest, image.origin);
  if (before && before->digest != image.remote.manifest.digest) store.sweep();
  for (const WantedLayer& layer : image.layers) clear(store.path(), layer);
  return true;
}

}  // namespace lockstep::fetch
