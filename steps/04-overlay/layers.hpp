#pragma once

#include <string>
#include <vector>

#include "common/os/fd.hpp"

namespace lockstep::overlay {

/// A folder with a layer of the image: its path on the host, or, where it is open, that tree, which
/// may be attached nowhere (an id-mapped one, lesson 06); the path is then what people call it.
struct Lower {
  std::string path;
  Fd tree;
};

/// What is to be joined, and where it is to appear. Paths are absolute, and without links.
struct Stack {
  std::vector<Lower> lower;  // the topmost first
  std::string sandbox;
  std::string upper() const { return sandbox + "/upper"; }
  std::string work() const { return sandbox + "/work"; }
  std::string merged() const { return sandbox + "/merged"; }
};

/// Mounts the overlay at `merged`. As many layers as overlayfs joins (500), though mount(2) has one
/// page for all options: where that is too small the layers are named one by one (fsconfig(2)'s
/// `lowerdir+`, kernel 6.7), or by the numbers of their descriptors. Where overlay can't be had the
/// layers are copied (copy_fallback.hpp).
/// Throws SysError.
void mount_layers(const Stack& stack);

/// Why overlay can't be had there, where one look tells; empty if nothing is known against it.
std::string obstacle(const Stack& stack);

}  // namespace lockstep::overlay
