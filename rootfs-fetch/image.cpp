#include "rootfs-fetch/image.hpp"

#include <unistd.h>

#include "common/os/error.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {

Image load_verified(const images::Store& store, const std::string& name,
                    const images::Descriptor& descriptor) {
  std::vector<std::string> texts;
  images::Image loaded =
      images::load_image(name, descriptor, [&](const images::Descriptor& document) {
        return texts.emplace_back(read_verified(store, document));
      });
  return {std::move(loaded), texts[0], texts[1]};
}

Image find_verified(const std::optional<images::Store>& store, const std::string& name) {
  const images::IndexEntry entry = images::find_entry(store, name);
  return load_verified(*store, images::name_of(entry), entry.descriptor);
}

void require_blobs(const images::Store& store, const Image& image) {
  if (!images::find_entry(store, image.name).origin.without_blobs) return;
  for (const images::Descriptor& layer : image.manifest.layers) {
    if (store.has_blob(layer.digest)) continue;
    throw Error(fmt::format("{} was pulled with --keep-blobs=false: its layer {} is here unpacked "
                            "only",
                            image.name, layer.digest),
                fmt::format("`rootfs-fetch pull --keep-blobs {}` gets the rest", image.name));
  }
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace lockstep::fetch
