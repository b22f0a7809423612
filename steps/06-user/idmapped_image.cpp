#include "06-user/idmapped_image.hpp"

#include <fcntl.h>

#include "04-overlay/shift.hpp"
#include "06-user/file_ids.hpp"
#include "06-user/mapped_tree.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"

namespace lockstep::usr {

void mount_mapped(overlay::Overlay& overlay, const oci::Config& config, const Fd& users) {
  std::vector<std::string> folders = {overlay.stack()->sandbox};
  for (const overlay::Lower& layer : overlay.stack()->lower) folders.push_back(layer.path);
  std::vector<std::pair<Fd, Fd>> trees;  // the folder, its copy
  try {
    for (const std::string& folder : folders) {
      Fd there = sys::open(folder, O_PATH | O_DIRECTORY);
      Fd mapped = mapped_copy({there, folder}, users);
      trees.emplace_back(std::move(there), std::move(mapped));
    }
  } catch (const SysError& error) {
    if (!cant_be_mapped(error)) throw;
    return overlay.copy(overlay::owners_by(overlay::shifted_maps(config.linux)), error.hint());
  }
  for (size_t i = 0; i < trees.size(); ++i)
    attached(std::move(trees[i].second), {trees[i].first, folders[i]});
  const FileIds as_its_root(*outside(config.linux.uid_mappings, 0),
                            *outside(config.linux.gid_mappings, 0));
  overlay.mount();
}

}  // namespace lockstep::usr
