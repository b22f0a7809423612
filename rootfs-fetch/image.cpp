#include "rootfs-fetch/image.hpp"

#include <unistd.h>

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {

int64_t Image::size() const {
  int64_t sum = descriptor.size + manifest.config.size;
  for (const images::Descriptor& layer : manifest.layers) sum += layer.size;
  return sum;
}

Image load_image(const images::Store& store, const std::string& name,
                 const images::Descriptor& descriptor) {
  if (descriptor.media_type != images::kManifestType) {
    throw Error(
        fmt::format("{}: its kind {} is not an image's", name, quoted(descriptor.media_type)));
  }
  Image image{name, descriptor, {}, {}, read_verified(store, descriptor), ""};
  image.manifest =
      images::read_manifest(image.manifest_text, fmt::format("the manifest {}", descriptor.digest));
  const images::Descriptor& config = image.manifest.config;
  image.config_text = read_verified(store, config);
  image.config =
      images::read_config(image.config_text, fmt::format("the config {}", config.digest));
  if (image.config.diff_ids.size() != image.manifest.layers.size()) {
    throw Error(fmt::format("{}: {} layers in the manifest, {} in the config", name,
                            image.manifest.layers.size(), image.config.diff_ids.size()));
  }
  return image;
}

Image find_image(const std::optional<images::Store>& store, const std::string& name) {
  std::string there;
  for (const images::IndexEntry& entry :
       store ? store->entries() : std::vector<images::IndexEntry>()) {
    if (entry.name == name) return load_image(*store, name, entry.descriptor);
    if (entry.name) there += (there.empty() ? "" : ", ") + images::quoted_briefly(*entry.name);
  }
  throw Error(fmt::format("no image {} in the store {}", images::quoted_briefly(name),
                          images::store_folder()),
              there.empty() ? "the store is empty: `rootfs-fetch busybox` makes the embedded image"
                            : "it has " + there);
}

std::string human_size(int64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace lockstep::fetch
