#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Lesson 03: mount(8)'s words as the kernel's numbers.
namespace lockstep::mnt {

/// What a mount's `options` ask for.
/// See: the runtime-spec's config.md, "Linux mount options"
struct MountOptions {
  unsigned long flags = 0;  // MS_*, of a new file system
  uint64_t set = 0;         // MOUNT_ATTR_*, of this mount
  uint64_t clear = 0;
  uint64_t set_recursively = 0;  // MOUNT_ATTR_*, of this mount and all below it ("rro")
  uint64_t clear_recursively = 0;
  std::vector<unsigned long> propagation;  // MS_SLAVE|MS_REC, …, to be applied in this order
  std::string data;                        // the file system's own, "mode=755,size=64k"
  bool bind = false;
  bool recursive = false;  // rbind
  bool remount = false;
  bool copy_up = false;          // tmpcopyup
  bool idmap = false;            // or ridmap: lesson 06's
  bool recursive_idmap = false;  // ridmap
};

/// `where` is what errors call the mount ("/data"). An unknown word is the file system's own; for a
/// bind, which has no file system of its own, it is an Error.
MountOptions parse_mount_options(const std::vector<std::string>& words, const std::string& type,
                                 const std::string& where);

/// Every word that parse_mount_options knows, sorted: for `features`.
std::vector<std::string> mount_option_words();

}  // namespace lockstep::mnt
