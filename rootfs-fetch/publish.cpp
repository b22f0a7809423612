#include "rootfs-fetch/publish.hpp"

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

void publish(const Store& store, const Image& image) {
  for (size_t i = 0; i < image.manifest.layers.size(); ++i) {
    const std::string& diff_id = image.config.diff_ids[i];
    const std::string folder = store.layer_folder(diff_id);
    if (exists(folder)) continue;
    const Store::Staged staged = store.stage();
    unpack_layer(store, image.manifest.layers[i], diff_id, staged.folder, folder);
    store.publish(staged, folder);
  }
  const auto before = store.find(image.name);
  const bool same = before && before->digest == image.descriptor.digest;
  if (!same || !exists(store.rootfs_folder(image.name))) make_rootfs(store, image);
  store.set(image.name, image.descriptor);
  if (before && !same) store.sweep();
}

void make_rootfs(const Store& store, const Image& image) {
  const std::string folder = store.rootfs_folder(image.name);
  const Store::Staged staged = store.stage();
  unpack_image(store, image, staged.folder, folder, Nodes::kLeaveOut);
  store.publish(staged, folder);
}

}  // namespace lockstep::fetch
