#include "04-overlay/image_volumes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "04-overlay/copy_tree.hpp"
#include "common/os/beneath.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"

namespace lockstep::overlay {
namespace {

constexpr const char* kFolder = "/volumes/";

/// Whether it is a mount of one of ours; an empty sandbox has none.
bool is_ours(const oci::Mount& mount, const std::string& sandbox) {
  return !sandbox.empty() && mount.source.starts_with(sandbox + kFolder);
}

std::string sandbox_in(const oci::Config& config) {
  return oci::annotation(config, oci::kSandboxAnnotation);
}

/// "data/" → "/data", as docker reads it.
std::string destination(const std::string& path) {
  const std::string absolute = path.starts_with('/') ? path : "/" + path;
  const size_t end = absolute.find_last_not_of('/');
  if (end != std::string::npos) return absolute.substr(0, end + 1);
  throw Error(
      fmt::format("the image declares {} to be a volume, which is its whole rootfs", quoted(path)),
      "such an image can't be run");
}

void give_to_root(const Fd& folder, const images::Owners& owners, const std::string& path) {
  struct stat status {};  // root's, by number
  images::renumber(status, owners);
  if (::fchown(folder.get(), status.st_uid, status.st_gid) != 0)
    throw SysError(errno,
                   fmt::format("fchown({}, {}, {})", quoted(path), status.st_uid, status.st_gid));
}

}  // namespace

void add_image_volumes(oci::Config& config, const std::vector<std::string>& paths,
                       const std::string& sandbox) {
  size_t number = 0;
  for (const std::string& path : paths) {
    const std::string where = destination(path);
    const bool taken =
        std::any_of(config.mounts.begin(), config.mounts.end(),
                    [&](const oci::Mount& other) { return other.destination == where; });
    if (taken) continue;
    config.mounts.push_back(
        {where, "bind", fmt::format("{}{}{}", sandbox, kFolder, number++), {"rbind", "rprivate"}});
  }
}

size_t count_image_volumes(const oci::Config& config) {
  const std::string sandbox = sandbox_in(config);
  return static_cast<size_t>(
      std::count_if(config.mounts.begin(), config.mounts.end(),
                    [&](const oci::Mount& mount) { return is_ours(mount, sandbox); }));
}

void make_image_volumes(const Fd& sandbox, size_t count) {
  if (count == 0) return;
  sys::make_directory(sandbox, "volumes", 0700, "the image declares volumes");
  for (size_t number = 0; number < count; ++number)
    sys::make_directory(sandbox, fmt::format("volumes/{}", number), 0755);
}

bool is_image_volume(const oci::Config& config, const oci::Mount& mount) {
  return is_ours(mount, sandbox_in(config));
}

void fill_image_volumes(const oci::Config& config, const images::Owners& owners) {
  const Beneath root = Beneath::open_root(config.root.path);
  for (const oci::Mount& mount : config.mounts) {
    if (!is_image_volume(config, mount)) continue;
    const auto of_the_image = root.open(mount.destination, O_RDONLY | O_DIRECTORY);
    const Fd volume = sys::open(mount.source, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (of_the_image) {
      copy_tree(*of_the_image, volume);
    } else if (owners) {  // nothing there to begin with
      give_to_root(volume, owners, mount.source);
    }
  }
}

}  // namespace lockstep::overlay
