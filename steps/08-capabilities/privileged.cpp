#include "08-capabilities/privileged.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <memory>

#include "06-user/maps.hpp"
#include "07-cgroup/device_options.hpp"
#include "08-capabilities/labels.hpp"
#include "08-capabilities/options.hpp"
#include "08-capabilities/sets.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::caps {
namespace {

/// What every container has its own of.
bool is_the_containers(const std::string& path) {
  constexpr std::array kOwn = {"/dev/console", "/dev/fd",   "/dev/full",    "/dev/log",
                               "/dev/mqueue",  "/dev/null", "/dev/ptmx",    "/dev/pts",
                               "/dev/random",  "/dev/shm",  "/dev/stderr",  "/dev/stdin",
                               "/dev/stdout",  "/dev/tty",  "/dev/urandom", "/dev/zero"};
  return std::find(kOwn.begin(), kOwn.end(), path) != kOwn.end();
}

/// The device nodes in a folder of the host's and below. Links are not followed; a folder that can't be
/// read has none for this user.
void collect(const std::string& folder, std::vector<std::string>& nodes) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  if (!open) return;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string name = entry->d_name;
    const std::string path = folder + "/" + name;
    struct stat status {};
    if (name[0] == '.' || is_the_containers(path) || ::lstat(path.c_str(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode)) collect(path, nodes);
    if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) nodes.push_back(path);
  }
}

bool has_device(const oci::Config& config, const std::string& path) {
  const auto& devices = config.linux.devices;
  return std::any_of(devices.begin(), devices.end(),
                     [&](const oci::Device& device) { return device.path == path; }) ||
         std::any_of(config.mounts.begin(), config.mounts.end(),
                     [&](const oci::Mount& mount) { return mount.destination == path; });
}

void give_all_devices(oci::Config& config) {
  std::vector<std::string> nodes;
  collect("/dev", nodes);
  std::sort(nodes.begin(), nodes.end());
  for (const std::string& node : nodes) {
    if (!has_device(config, node)) cgroup::give_device(config, node);
  }
  config.linux.resources.devices.push_back({true, "a", {}, {}, "rwm"});
}

void make_writable(oci::Config& config) {
  for (oci::Mount& mount : config.mounts) {
    if (mount.type == "sysfs" || mount.type.starts_with("cgroup")) std::erase(mount.options, "ro");
  }
}

}  // namespace

void make_privileged(oci::Config& config) {
  config.process.capabilities = oci::Capabilities{all(), all(), all(), 0, 0};
  give_all_devices(config);
  make_writable(config);
  config.linux.masked_paths.clear();
  config.linux.readonly_paths.clear();
  config.process.apparmor_profile.clear();
  config.process.selinux_label.clear();
  config.linux.mount_label.clear();
  config.annotations[oci::kSeccompAnnotation] = kUnconfined;  // lesson 09
  if (usr::has_own_users(config))
    narrate::say(
        "(--privileged: with users of its own, its root has all power over the container and none "
        "over this machine: the host's devices, /sys and settings are as closed to it as to "
        "whoever it is outside; --userns host gives it those, too)");
}

}  // namespace lockstep::caps
