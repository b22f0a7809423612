#include "07-cgroup/cgroup_mounts.hpp"

#include <algorithm>

#include "common/os/error.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::cgroup {
namespace {

using Shown = std::vector<std::pair<Hierarchy, std::string>>;

bool is_ours(const oci::Mount& mount) { return mount.type == "cgroup" || mount.type == "cgroup2"; }

bool has(const std::vector<std::string>& words, const char* word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

oci::Mount bind_of(const oci::Mount& mount, const std::string& below, const std::string& folder) {
  oci::Mount bind = mount;
  bind.destination += below;
  bind.type = "bind";
  bind.source = folder;
  bind.options.insert(bind.options.begin(), "bind");
  return bind;
}

/// /sys/fs/cgroup/cpu,cpuacct, and each of the two by its own name.
void add_binds(std::vector<oci::Mount>& out, const oci::Mount& mount, const Hierarchy& hierarchy,
               const std::string& folder) {
  std::string name = hierarchy.name();
  if (name.starts_with("name=")) name = name.substr(std::string("name=").size());
  out.push_back(bind_of(mount, "/" + name, folder));
  if (hierarchy.controllers.size() < 2) return;
  for (const std::string& controller : hierarchy.controllers)
    out.push_back(bind_of(mount, "/" + controller, folder));
}

std::vector<oci::Mount> one_for_each(const oci::Mount& mount, const Shown& shown) {
  std::vector<std::string> words = {"nosuid", "nodev", "noexec", "mode=755"};
  std::vector<oci::Mount> out = {{mount.destination, "tmpfs", "tmpfs", words}};
  for (const auto& [hierarchy, folder] : shown) add_binds(out, mount, hierarchy, folder);
  if (!has(mount.options, "ro")) return out;
  words.insert(words.begin(), {"remount", "ro"});  // now that the folders for the binds are made
  out.push_back({mount.destination, "tmpfs", "tmpfs", words});
  return out;
}

std::vector<oci::Mount> expand(const oci::Mount& mount, const Shown& shown, bool own_namespace) {
  if (shown.empty()) {
    narrate::say("(" + mount.destination +
                 ": left out, because this machine has no cgroups mounted)");
    return {};
  }
  const auto& [hierarchy, folder] = shown.front();  // version 2's comes first
  const bool unified = hierarchy.is_v2() && (shown.size() == 1 || mount.type == "cgroup2");
  if (unified) return {bind_of(mount, "", own_namespace ? folder : hierarchy.mount)};
  if (mount.type == "cgroup2")
    throw Error(fmt::format("mount {}: type cgroup2: this machine has cgroup v1 only",
                            quoted(mount.destination)),
                "type cgroup shows whichever there is");
  return one_for_each(mount, shown);
}

/// It shows a cgroup that is others', too.
void make_readonly(oci::Mount& mount) {
  std::erase(mount.options, "rw");
  if (!has(mount.options, "ro")) mount.options.emplace_back("ro");
}

}  // namespace

bool has_own_namespace(const oci::Config& config) {
  const auto& all = config.linux.namespaces;
  return std::any_of(all.begin(), all.end(),
                     [](const oci::Namespace& item) { return item.type == "cgroup"; });
}

bool makes_namespace(const oci::Config& config) {
  const auto& all = config.linux.namespaces;
  return std::any_of(all.begin(), all.end(), [](const oci::Namespace& item) {
    return item.type == "cgroup" && item.path.empty();
  });
}

oci::Mount default_mount() {
  return {"/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}};
}

void expand_mounts(oci::Config& config, const Shown& shown) {
  std::vector<oci::Mount> out;
  const bool own_namespace = has_own_namespace(config);
  for (oci::Mount& mount : config.mounts) {
    if (!is_ours(mount)) {
      out.push_back(std::move(mount));
      continue;
    }
    if (config.without_cgroup) make_readonly(mount);
    for (oci::Mount& part : expand(mount, shown, own_namespace)) out.push_back(std::move(part));
  }
  config.mounts = std::move(out);
}

}  // namespace lockstep::cgroup
