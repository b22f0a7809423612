// What the busybox image holds beside busybox.

#include <algorithm>

#include "rootfs-fetch/busybox.hpp"

namespace lockstep::fetch {
namespace {

struct Folder {
  const char* path;
  mode_t mode;
};

/// Some are there to be mounted on (dev, proc, sys, run), the others because programs expect them.
constexpr Folder kFolders[] = {
    {"bin", 0755},      {"dev", 0755},  {"etc", 0755},     {"home", 0755},
    {"proc", 0555},     {"root", 0700}, {"run", 0755},     {"sbin", 0755},
    {"sys", 0555},      {"tmp", 01777}, {"usr", 0755},     {"usr/bin", 0755},
    {"usr/sbin", 0755}, {"var", 0755},  {"var/log", 0755}, {"var/tmp", 01777}};

/// tty is the group that terminals belong to (devpts, gid=5).
constexpr const char* kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "nobody:x:65534:65534:nobody:/:/bin/false\n";
constexpr const char* kGroup =
    "root:x:0:\n"
    "tty:x:5:\n"
    "nogroup:x:65534:\n";

/// From the applet's folder, so that the link also holds where the rootfs is not the root:
/// "usr/bin/awk" → "../../bin/busybox".
std::string way_to_busybox(const std::string& applet) {
  if (applet.starts_with("bin/")) return "busybox";
  std::string way = "bin/busybox";
  for (auto slashes = std::count(applet.begin(), applet.end(), '/'); slashes > 0; --slashes)
    way.insert(0, "../");
  return way;
}

}  // namespace

std::vector<LayerEntry> rootfs_of(const Busybox& busybox) {
  std::vector<LayerEntry> out;
  for (const Folder& folder : kFolders)
    out.push_back({folder.path, Kind::kFolder, folder.mode, ""});
  out.push_back({"bin/busybox", Kind::kFile, 0755, busybox.content});
  out.push_back({"etc/passwd", Kind::kFile, 0644, kPasswd});
  out.push_back({"etc/group", Kind::kFile, 0644, kGroup});
  // A container's own are mounted over these (lesson 05); to make them would be a change of its files.
  for (const char* name : {"hostname", "hosts", "localtime", "resolv.conf"})
    out.push_back({std::string("etc/") + name, Kind::kFile, 0644, ""});
  out.push_back({"var/run", Kind::kLink, 0777, "../run"});
  for (const std::string& applet : busybox.applets) {
    out.push_back({applet, Kind::kLink, 0777, way_to_busybox(applet)});
  }
  return out;
}

}  // namespace lockstep::fetch
