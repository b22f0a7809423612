#pragma once

#include <string>
#include <vector>

#include "rootfs-fetch/write_layer.hpp"

namespace lockstep::fetch {

/// A static busybox of the machine's own: one file that is a shell and some 270 programs.
struct Busybox {
  std::string path;
  std::string content;
  std::string architecture;          // "amd64"
  std::string version;               // "BusyBox v1.35.0"
  std::vector<std::string> applets;  // "bin/sh", "usr/bin/awk": where a system has them
};

/// Looks for it on PATH, then in /bin and /usr/bin, and asks it for its applets. Throws Error: if
/// there is none, or only one that is dynamically linked or another machine's, with the way to get
/// one.
Busybox find_busybox();

/// Where the embedded image comes from, in place of a registry.
constexpr const char* kMadeOfBusybox = "rootfs-fetch busybox";

/// Stores the embedded image's blobs anew, if its manifest has that digest. Throws Error where it has
/// another one: this machine's busybox is not what it was.
void remake_busybox(const std::string& digest);

/// The least root file system around it: busybox, its applets as links, users, and the folders that
/// containers mount on.
std::vector<LayerEntry> rootfs_of(const Busybox& busybox);

}  // namespace lockstep::fetch
