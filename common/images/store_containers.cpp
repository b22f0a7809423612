// What of images containers use. What else is in a container's folder is lesson 04's.

#include <fcntl.h>

#include "common/images/empty_folder.hpp"
#include "common/images/store.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::images {
namespace {

/// Of "…/layers/sha256/HEX", a line of the file `layers`.
std::string digest_of(const std::string& folder) {
  return "sha256:" + folder.substr(folder.rfind('/') + 1);
}

/// Of a file of a container's; none if it isn't there.
std::vector<std::string> lines_of(const std::string& path) {
  const auto file = sys::open_if_there(path, O_RDONLY | O_NOFOLLOW);
  return file ? split(read_all(*file, path), '\n') : std::vector<std::string>();
}

}  // namespace

std::vector<Store::Container> Store::containers() const {
  std::vector<Container> out;
  const std::string folder = path_ + "/containers";
  const auto there = sys::open_if_there(folder, O_RDONLY | O_DIRECTORY);
  if (!there) return out;
  for (const std::string& id : names_in(*there)) {
    if (id.find('~') != std::string::npos) continue;  // being made, or being removed
    Container container{id, {}, {}};
    for (const std::string& layer : lines_of(fmt::format("{}/{}/layers", folder, id))) {
      if (is_digest(digest_of(layer))) container.layers.push_back(digest_of(layer));
    }
    const auto image = lines_of(fmt::format("{}/{}/image", folder, id));  // its name, its manifest
    if (image.size() > 1 && is_digest(image[1])) container.manifest = image[1];
    out.push_back(std::move(container));
  }
  return out;
}

}  // namespace lockstep::images
