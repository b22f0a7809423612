#include "07-cgroup/device_options.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <memory>

#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

/// "HOST[:CONTAINER][:rwm]".
struct Wanted {
  std::string host;
  oci::Device inside;
  std::string access = "rwm";
};

bool is_access(const std::string& text) {
  return !text.empty() && text.size() <= 3 && text.find_first_not_of("rwm") == std::string::npos;
}

void look_at(Wanted& wanted) {
  struct stat status {};
  if (::stat(wanted.host.c_str(), &status) != 0)
    throw SysError(errno, fmt::format("--device: {}", quoted(wanted.host)));
  if (!S_ISBLK(status.st_mode) && !S_ISCHR(status.st_mode))
    throw cli::UsageError(
        fmt::format("--device: {} is no device", quoted(wanted.host)),
        "a node, such as /dev/fuse; a folder's devices are to be named one by one");
  wanted.inside.type = S_ISBLK(status.st_mode) ? "b" : "c";
  wanted.inside.major = major(status.st_rdev);
  wanted.inside.minor = minor(status.st_rdev);
  wanted.inside.file_mode = status.st_mode & 07777U;
  wanted.inside.uid = status.st_uid;
  wanted.inside.gid = status.st_gid;
}

Wanted parse_device(const std::string& text) {
  auto parts = split(text, ':');
  Wanted wanted;
  const auto refuse = [&] {
    throw cli::UsageError(
        fmt::format("--device: expected HOST[:CONTAINER][:rwm], got {}", quoted(text)));
  };
  if (parts.size() > 1 && is_access(parts.back())) {
    wanted.access = parts.back();
    parts.pop_back();
  }
  if (parts.size() > 2 || parts[0].empty()) refuse();
  wanted.host = sys::absolute(parts[0]);
  wanted.inside.path = parts.size() == 2 ? parts[1] : wanted.host;
  if (wanted.inside.path[0] != '/' || wanted.inside.path.back() == '/') refuse();
  look_at(wanted);
  return wanted;
}

oci::DeviceRule rule_for(const Wanted& wanted) {
  return {true, wanted.inside.type, wanted.inside.major, wanted.inside.minor, wanted.access};
}

std::optional<int64_t> number_or_star(const std::string& text, bool& fits) {
  if (text == "*") return std::nullopt;
  const auto number = parse_number<uint32_t>(text);
  fits = fits && number.has_value() && *number < (1U << 20U);
  return number;
}

/// "c 13:* rwm", the kernel's own form.
oci::DeviceRule parse_rule(const std::string& text) {
  const auto words = split(text, ' ');
  const auto numbers = words.size() == 3 ? split(words[1], ':') : std::vector<std::string>();
  bool fits = numbers.size() == 2 && is_access(words[2]) &&
              (words[0] == "a" || words[0] == "b" || words[0] == "c");
  oci::DeviceRule rule;
  if (fits)
    rule = {true, words[0], number_or_star(numbers[0], fits), number_or_star(numbers[1], fits),
            words[2]};
  if (fits) return rule;
  throw cli::UsageError(fmt::format(
      "--device-cgroup-rule: expected TYPE MAJOR:MINOR ACCESS, such as \"c 13:* rwm\", got {}",
      quoted(text)));
}

/// In a user namespace no node can be made: the host's own is shown in its place.
void give(oci::Config& config, const Wanted& wanted) {
  const auto& all = config.linux.namespaces;
  const bool own_users = std::any_of(
      all.begin(), all.end(), [](const oci::Namespace& item) { return item.type == "user"; });
  if (!own_users) {
    config.linux.devices.push_back(wanted.inside);
    return;
  }
  config.mounts.push_back(
      {wanted.inside.path, "bind", wanted.host, {"bind", "rprivate", "nosuid", "noexec"}});
}

}  // namespace

void give_device(oci::Config& config, const std::string& path) {
  Wanted wanted;
  wanted.host = wanted.inside.path = path;
  look_at(wanted);
  give(config, wanted);
}

void device_options(cli::Options& options, oci::Config& config) {
  const auto devices = std::make_shared<std::vector<Wanted>>();
  options.value("device", "HOST[:CONTAINER][:rwm]", "a device of the host's that it may use",
                [devices, &config](const std::string& text) {
                  devices->push_back(parse_device(text));
                  config.linux.resources.devices.push_back(rule_for(devices->back()));
                });
  options.value("device-cgroup-rule", "\"TYPE MAJOR:MINOR ACCESS\"",
                "devices that it may use, by their numbers (c 13:* rwm)",
                [&config](const std::string& text) {
                  config.linux.resources.devices.push_back(parse_rule(text));
                });
  options.check([devices, &config] {
    for (const Wanted& wanted : *devices) give(config, wanted);
  });
}

}  // namespace lockstep::cgroup
