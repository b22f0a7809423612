#include "rootfs-fetch/publish.hpp"

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/sha256.hpp"
#include "rootfs-fetch/unpack.hpp"

namespace lockstep::fetch {

using images::Store;

images::Descriptor put(const Store& store, const char* media_type, const std::string& content) {
  images::Descriptor descriptor{media_type, digest_of(content),
                                static_cast<int64_t>(content.size())};
  store.put_blob(descriptor.digest, content);
  return descriptor;
}

void make_folder(const Store& store, const std::string& folder,
                 const std::function<void(const Fd&)>& fill) {
  const Store::Staged staged = store.stage();
  try {
    fill(staged.folder);
    store.publish(staged, folder);
  } catch (const Error&) {  // it may be large, which may be why
    store.discard(staged);
    throw;
  }
}

void publish(const Store& store, const Image& image, Rootfs rootfs, SizeLimit* limit,
             const images::Origin& origin) {
  for (size_t i = 0; i < image.manifest.layers.size(); ++i) {
    const std::string& diff_id = image.config.diff_ids[i];
    const std::string folder = store.layer_folder(diff_id);
    if (exists(folder)) continue;
    make_folder(store, folder, [&](const Fd& staged) {
      unpack_layer(store, image.manifest.layers[i], diff_id, staged, folder, limit);
    });
  }
  const auto before = store.find(image.name);
  const bool same = before && before->digest == image.descriptor.digest;
  if (images::is_name(image.name)) {  // "org/app" is no folder's
    if (rootfs == Rootfs::kMake && (!same || !exists(store.rootfs_folder(image.name))))
      make_rootfs(store, image);
    if (rootfs == Rootfs::kNone && !same) store.remove_folder(store.rootfs_folder(image.name));
  }
  store.set(image.name, image.descriptor, origin);
  if (before && !same) store.sweep();
}

void make_rootfs(const Store& store, const Image& image) {
  const std::string folder = store.rootfs_folder(image.name);
  make_folder(store, folder, [&](const Fd& staged) {
    unpack_image(store, image, staged, folder, Nodes::kLeaveOut);
  });
}

}  // namespace lockstep::fetch
