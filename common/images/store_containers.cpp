// Which layers containers use. What else is in a container's folder is lesson 04's.

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

}  // namespace

std::map<std::string, std::vector<std::string>> Store::containers() const {
  std::map<std::string, std::vector<std::string>> out;
  const std::string folder = path_ + "/containers";
  const auto there = sys::open_if_there(folder, O_RDONLY | O_DIRECTORY);
  if (!there) return out;
  for (const std::string& id : names_in(*there)) {
    if (id.find('~') != std::string::npos) continue;  // being made, or being removed
    const std::string path = fmt::format("{}/{}/layers", folder, id);
    const auto file = sys::open_if_there(path, O_RDONLY | O_NOFOLLOW);
    if (!file) continue;
    for (const std::string& layer : split(read_all(*file, path), '\n')) {
      if (is_digest(digest_of(layer))) out[id].push_back(digest_of(layer));
    }
  }
  return out;
}

}  // namespace lockstep::images
