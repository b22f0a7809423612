#include "rootfs-fetch/repair.hpp"

#include <algorithm>
#include <map>

#include "common/images/incoming.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/busybox.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/publish.hpp"
#include "rootfs-fetch/pull.hpp"

namespace lockstep::fetch {
namespace {

using images::IndexEntry;
using images::Store;

/// Out of the way as long as this lives: who finds a blob in the store doesn't fetch it. Then back
/// in its place, where nothing better has come.
class LaidAside {
 public:
  explicit LaidAside(const std::vector<std::string>& blobs) {
    const Store store = Store::open_to_write();
    for (const std::string& digest : blobs) {
      if (store.lay_aside(digest, aside_.folder())) blobs_.push_back(digest);
    }
  }
  LaidAside(const LaidAside&) = delete;
  LaidAside& operator=(const LaidAside&) = delete;

  void put_back() const {
    const Store store = Store::open_to_write();
    for (const std::string& digest : blobs_) {
      if (!store.has_blob(digest))
        store.adopt_blob(aside_.folder(), images::hex_of(digest), digest);
    }
  }

 private:
  const images::Incoming aside_ = images::Incoming::open();
  std::vector<std::string> blobs_;
};

/// The layers that are not unpacked, from their blobs.
void unpack_missing(const IndexEntry& entry) {
  const Store store = Store::open_to_write();
  publish(store, load_verified(store, images::name_of(entry), entry.descriptor), Rootfs::kNone,
          nullptr, entry.origin);
}

bool has_blobs(const IndexEntry& entry) {
  const auto store = Store::open();
  const Image image = load_verified(*store, images::name_of(entry), entry.descriptor);
  return std::all_of(
      image.manifest.layers.begin(), image.manifest.layers.end(),
      [&](const images::Descriptor& layer) { return store->has_blob(layer.digest); });
}

void pull_again(const IndexEntry& entry, bool show_progress) {
  PullOptions options;
  options.settings.read_file();
  options.show_progress = show_progress;
  options.keep_blobs = !entry.origin.without_blobs;
  options.name = images::name_of(entry);
  options.expected = entry.descriptor.digest;
  pull(images::Reference::parse(entry.origin.from), options);
}

void mend(const IndexEntry& entry, const std::vector<std::string>& blobs, bool show_progress) {
  if (blobs.empty() && entry.name && has_blobs(entry)) return unpack_missing(entry);
  if (entry.origin.from.empty() || !entry.name) throw Error("it came from no registry");
  if (entry.origin.from == kMadeOfBusybox) {
    remake_busybox(entry.descriptor.digest);
    return unpack_missing(entry);
  }
  const LaidAside aside(blobs);
  try {
    pull_again(entry, show_progress);
  } catch (const Error&) {
    aside.put_back();
    throw;
  }
}

void remove_unneeded(const Verdict& verdict) {
  const Store store = Store::open_to_write();
  const std::vector<std::string> unneeded = store.unneeded().blobs;
  for (const Damage& damage : verdict.damages) {
    if (std::find(unneeded.begin(), unneeded.end(), damage.digest) != unneeded.end())
      store.remove_blob(damage.digest);
  }
}

}  // namespace

std::vector<std::string> repair(const Verdict& verdict, bool show_progress) {
  std::map<std::string, std::vector<std::string>> images;  // the damaged blobs of each
  for (const Damage& damage : verdict.damages) {
    for (const std::string& name : damage.images) {
      std::vector<std::string>& blobs = images[name];
      if (!damage.is_unpacked_layer) blobs.push_back(damage.digest);
    }
  }
  std::vector<std::string> failed;
  for (const IndexEntry& entry : Store::open()->entries()) {
    const auto found = images.find(images::name_of(entry));
    if (found == images.end()) continue;
    try {
      mend(entry, found->second, show_progress);
    } catch (const Error& error) {
      failed.push_back(fmt::format("{}: {}", found->first, error.what()));
    }
  }
  if (verdict.is_complete) remove_unneeded(verdict);
  return failed;
}

}  // namespace lockstep::fetch
