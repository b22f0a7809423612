#include "07-cgroup/options.hpp"

#include <algorithm>
#include <memory>

#include "06-user/options.hpp"
#include "07-cgroup/cgroup_mounts.hpp"
#include "07-cgroup/device_options.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

struct Given {
  std::string cgroupns = "private";
  std::string parent;
};

bool is_cgroup(const std::string& path) {
  const auto parts = split(path, '/');
  const auto is_name = [](const std::string& part) { return !part.empty() && part != "."; };
  return std::any_of(parts.begin(), parts.end(), is_name) &&
         std::find(parts.begin(), parts.end(), "..") == parts.end() &&
         path.find('\n') == std::string::npos;
}

void give_cgroup_mount(oci::Config& config) {
  auto& mounts = config.mounts;
  const oci::Mount ours = default_mount();
  const auto at = [&](const char* path) {
    return std::find_if(mounts.begin(), mounts.end(),
                        [&](const oci::Mount& mount) { return mount.destination == path; });
  };
  if (at("/sys/fs/cgroup") != mounts.end() || at("/sys/fs") != mounts.end()) return;
  const auto sys = at("/sys");
  if (sys != mounts.end() && sys->type == "sysfs") mounts.insert(sys + 1, ours);
}

void deny_other_devices(oci::Config& config) {
  auto& rules = config.linux.resources.devices;
  rules.insert(rules.begin(), oci::DeviceRule{});
}

void fill_in(oci::Config& config, const Given& given) {
  if (given.cgroupns == "private") config.linux.namespaces.push_back({"cgroup", ""});
  if (!given.parent.empty()) config.linux.cgroups_path = given.parent + "/lockstep-" + config.id;
  deny_other_devices(config);
  give_cgroup_mount(config);
}

}  // namespace

void options(cli::Options& options, oci::Config& config) {
  const auto given = std::make_shared<Given>();
  limit_options(options, config.linux.resources);
  device_options(options, config);
  options.value("cgroupns", "private|host",
                "its cgroup seems the root of all (default), or is shown where it is",
                [given](const std::string& text) {
                  if (text != "private" && text != "host")
                    throw cli::UsageError(
                        fmt::format("--cgroupns: expected private or host, got {}", quoted(text)));
                  given->cgroupns = text;
                });
  options.value("cgroup-parent", "CGROUP",
                "the cgroup that its own is made in (default: ours; /A: from the root on)",
                [given](const std::string& text) {
                  if (!is_cgroup(text))
                    throw cli::UsageError(fmt::format(
                        "--cgroup-parent: expected a cgroup such as /a/b, got {}", quoted(text)));
                  given->parent = text;
                });
  options.check([given, &config] { fill_in(config, *given); });
}

void complete_bundle(oci::Config& config, bool rootless) {
  usr::complete_bundle(config, rootless);
  if (!rootless) deny_other_devices(config);  // it may have no cgroup; nor can it make nodes
  give_cgroup_mount(config);
}

}  // namespace lockstep::cgroup
