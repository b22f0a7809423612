#include "09-seccomp/engine/features.hpp"

#include <seccomp.h>

#include <array>

#include "03-mount/mount_options.hpp"
#include "09-seccomp/filter.hpp"
#include "common/oci/config.hpp"
#include "common/oci/seccomp_words.hpp"
#include "common/os/capabilities.hpp"
#include "common/os/json_text.hpp"
#include "common/os/memory_policy.hpp"
#include "common/os/output.hpp"

namespace lockstep::engine {
namespace {

constexpr const char* kFirstVersion = "1.0.0";

constexpr std::array kNamespaces = {"cgroup", "ipc",  "mount", "network",
                                    "pid",    "time", "user",  "uts"};
constexpr std::array kHooks = {"prestart",       "createRuntime", "createContainer",
                               "startContainer", "poststart",     "poststop"};

/// All that have a name here, as privileges are asked for by it.
std::vector<std::string> capabilities() {
  std::vector<std::string> names;
  for (unsigned number = 0; words::capability_number(words::capability(number)); ++number)
    names.push_back(words::capability(number));
  return names;
}

template <typename Words>
std::string list(const Words& words) {
  std::string out;
  for (const auto& word : words)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", json_quoted(word));
  return "[" + out + "]";
}

/// Members of an object, each on its line.
std::string object(const std::vector<std::pair<std::string, std::string>>& members, int indent) {
  const std::string margin(static_cast<size_t>(indent), ' ');
  std::string out;
  for (const auto& [name, value] : members)
    out +=
        fmt::format("{}{}  {}: {}", out.empty() ? "\n" : ",\n", margin, json_quoted(name), value);
  return "{" + out + "\n" + margin + "}";
}

std::string enabled(bool is) { return is ? R"({"enabled": true})" : R"({"enabled": false})"; }

std::string cgroup() {
  return R"({"v1": true, "v2": true, "systemd": false, "systemdUser": false, "rdma": true})";
}

std::string filters() {
  return object({{"enabled", "true"},
                 {"actions", list(oci::kSeccompActions)},
                 {"operators", list(oci::kSeccompOperators)},
                 {"archs", list(seccomp::known_architectures())},
                 {"knownFlags", list(oci::kSeccompFlags)},
                 {"supportedFlags", list(oci::kSeccompFlags)}},
                4);
}

std::string memory_policy() {
  return object(
      {{"modes", list(words::memory_policies())}, {"flags", list(words::memory_policy_flags())}},
      4);
}

std::string linux_features() {
  return object({{"namespaces", list(kNamespaces)},
                 {"capabilities", list(capabilities())},
                 {"cgroup", cgroup()},
                 {"seccomp", filters()},
                 {"apparmor", enabled(true)},
                 {"selinux", enabled(true)},
                 {"intelRdt", enabled(false)},
                 {"mountExtensions", R"({"idmap": {"enabled": true}})"},
                 {"memoryPolicy", memory_policy()},
                 {"netDevices", enabled(true)}},
                2);
}

}  // namespace

std::string features() {
  const std::string version =
      fmt::format("{}.{}.{}", SCMP_VER_MAJOR, SCMP_VER_MINOR, SCMP_VER_MICRO);
  return object({{"ociVersionMin", json_quoted(kFirstVersion)},
                 {"ociVersionMax", json_quoted(oci::Config{}.oci_version)},
                 {"hooks", list(kHooks)},
                 {"mountOptions", list(mnt::mount_option_words())},
                 {"linux", linux_features()},
                 {"annotations",
                  object({{"io.github.seccomp.libseccomp.version", json_quoted(version)},
                          {"io.lockstep.checkpoint.enabled", "\"false\""}},
                         2)},
                 {"potentiallyUnsafeConfigAnnotations", list(std::array{oci::kOurAnnotations})}},
                0) +
         "\n";
}

cli::Command features_command() {
  cli::Command command;
  command.name = "features";
  command.usage = "";
  command.summary = "print what this runtime can do, as JSON of the OCI's form";
  command.run = [](const std::vector<std::string>& arguments) {
    if (!arguments.empty())
      throw cli::UsageError(fmt::format("features: unexpected {}", quoted(arguments[0])));
    print(features());
    return 0;
  };
  return command;
}

}  // namespace lockstep::engine
