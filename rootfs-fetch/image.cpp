#include "rootfs-fetch/image.hpp"

#include <unistd.h>

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

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace lockstep::fetch
