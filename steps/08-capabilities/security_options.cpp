// --security-opt: docker's bag of settings, and podman's masks.
#include <algorithm>
#include <memory>

#include "08-capabilities/labels.hpp"
#include "08-capabilities/options.hpp"
#include "common/cli/program.hpp"
#include "common/os/text.hpp"

namespace lockstep::caps {
namespace {

struct Given {
  LabelParts label;
  bool has_label = false;
  bool no_label = false;
  bool unmask_all = false;
  std::vector<std::string> masks;
  std::vector<std::string> unmasks;
};

[[noreturn]] void refuse(const std::string& expected, const std::string& text) {
  throw cli::UsageError(fmt::format("--security-opt: expected {}, got {}", expected, quoted(text)));
}

void take_label(Given& given, const std::string& text, const std::string& value) {
  const size_t colon = value.find(':');
  const std::string key = value.substr(0, colon);
  const std::string part = colon == std::string::npos ? "" : value.substr(colon + 1);
  if (value == "disable") {
    given.no_label = true;
    return;
  }
  std::string* const into = key == "user"       ? &given.label.user
                            : key == "role"     ? &given.label.role
                            : key == "type"     ? &given.label.type
                            : key == "level"    ? &given.label.level
                            : key == "filetype" ? &given.label.file_type
                                                : nullptr;
  if (into == nullptr || part.empty())
    refuse("label=disable, or label= and one of user:, role:, type:, level:, filetype:", text);
  *into = part;
  given.has_label = true;
}

std::vector<std::string> paths(const std::string& text, const std::string& value) {
  auto all = split(value, ':');
  const auto is_wrong = [](const std::string& path) { return path.empty() || path[0] != '/'; };
  if (std::any_of(all.begin(), all.end(), is_wrong))
    refuse("absolute paths with ':' between them", text);
  return all;
}

void take_seccomp(oci::Config& config, const std::string& text, const std::string& value) {
  if (value.empty()) refuse("seccomp=unconfined, or seccomp= and a profile's file", text);
  if (value != kUnconfined)
    throw cli::UsageError(
        fmt::format("--security-opt: {}: system calls are lesson 09's", quoted(text)),
        "use step09, or leave it out");
  config.annotations[oci::kSeccompAnnotation] = value;
}

void take(Given& given, oci::Config& config, const std::string& text) {
  const size_t end = text.find_first_of("=:");
  const std::string name = text.substr(0, end);
  const std::string value = end == std::string::npos ? "" : text.substr(end + 1);
  if (name == "no-new-privileges") {
    if (end != std::string::npos && value != "true" && value != "false")
      refuse("no-new-privileges[=true|false]", text);
    config.process.no_new_privileges = value != "false";
  } else if (name == "apparmor") {
    if (value.empty()) refuse("apparmor= and a profile's name, or unconfined", text);
    config.process.apparmor_profile = value;
  } else if (name == "label") {
    take_label(given, text, value);
  } else if (name == "seccomp") {
    take_seccomp(config, text, value);
  } else if (text == "systempaths=unconfined" || text == "unmask=ALL") {
    given.unmask_all = true;
  } else if (name == "mask" || name == "unmask") {
    auto& list = name == "mask" ? given.masks : given.unmasks;
    for (std::string& path : paths(text, value)) list.push_back(std::move(path));
  } else {
    refuse(
        "no-new-privileges, apparmor=, label=, seccomp=, systempaths=unconfined, mask= or unmask=",
        text);
  }
}

void fill_in(const Given& given, oci::Config& config) {
  oci::Linux& linux = config.linux;
  if (given.unmask_all) {
    linux.masked_paths.clear();
    linux.readonly_paths.clear();
  }
  for (const std::string& path : given.unmasks) {
    std::erase(linux.masked_paths, path);
    std::erase(linux.readonly_paths, path);
  }
  linux.masked_paths.insert(linux.masked_paths.end(), given.masks.begin(), given.masks.end());
  if (!given.has_label || given.no_label) return;
  config.process.selinux_label = given.label.of_process();
  linux.mount_label = given.label.of_mounts();
}

}  // namespace

void security_options(cli::Options& options, oci::Config& config) {
  const auto given = std::make_shared<Given>();
  options.value("security-opt", "NAME[=VALUE]",
                "no-new-privileges; apparmor=PROFILE; label=…; mask=PATH, unmask=PATH",
                [given, &config](const std::string& text) { take(*given, config, text); });
  options.check([given, &config] { fill_in(*given, config); });
}

}  // namespace lockstep::caps
