#include "06-user/idmapped_image.hpp"

#include "04-overlay/shift.hpp"
#include "06-user/file_ids.hpp"
#include "06-user/mapped_tree.hpp"
#include "common/os/error.hpp"
#include "common/os/mounts.hpp"

namespace lockstep::usr {

void mount_mapped(overlay::Overlay& overlay, const oci::Config& config, const Fd& users) {
  std::vector<std::string> folders = {overlay.stack()->sandbox};
  for (const overlay::Lower& layer : overlay.stack()->lower) folders.push_back(layer.path);
  std::vector<Fd> trees;
  try {
    for (const std::string& folder : folders) trees.push_back(mapped_copy(folder, users));
  } catch (const SysError& error) {
    if (!cant_be_mapped(error)) throw;
    return overlay.copy(overlay::owners_by(overlay::shifted_maps(config.linux)), error.hint());
  }
  for (size_t i = 0; i < trees.size(); ++i)
    sys::attach(trees[i], folders[i], "in the child's list of mounts, and in no other");
  const FileIds as_its_root(*outside(config.linux.uid_mappings, 0),
                            *outside(config.linux.gid_mappings, 0));
  overlay.mount();
}

}  // namespace lockstep::usr
