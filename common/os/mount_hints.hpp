#pragma once

#include <string>

/// The causes behind mount(2)'s and its relatives' errnos: one errno has many, so these look.
namespace lockstep {

struct MountOperands {
  std::string source;
  std::string target;
  std::string type;
  unsigned long flags;
};

std::string mount_hint(int code, const MountOperands& operands);
std::string clone_tree_hint(int code, const std::string& path, bool recursive);
std::string mount_attributes_hint(int code);
/// `path` is what was to be id-mapped.
std::string id_mapping_hint(int code, const std::string& path);
std::string pivot_root_hint(int code, const std::string& new_root);

}  // namespace lockstep
