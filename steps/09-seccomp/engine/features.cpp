#include "09-seccomp/engine/features.hpp"

#include <seccomp.h>

#include <array>
#include <cstdio>

#include "03-mount/mount_options.hpp"
#include "09-seccomp/filter.hpp"
#include "common/oci/config.hpp"
#include "common/oci/seccomp_words.hpp"
#include "common/os/json_text.hpp"

namespace lockstep::engine {
namespace {

constexpr const char* kFirstVersion = "1.0.0";

constexpr std::array kNamespaces = {"cgroup", "ipc", "mount", "network", "pid", "user", "uts"};

constexpr std::array kCapabilities = {"CAP_CHOWN",
                                      "CAP_DAC_OVERRIDE",
                                      "CAP_DAC_READ_SEARCH",
                                      "CAP_FOWNER",
                                      "CAP_FSETID",
                                      "CAP_KILL",
                                      "CAP_SETGID",
                                      "CAP_SETUID",
                                      "CAP_SETPCAP",
                                      "CAP_LINUX_IMMUTABLE",
                                      "CAP_NET_BIND_SERVICE",
                                      "CAP_NET_BROADCAST",
                                      "CAP_NET_ADMIN",
                                      "CAP_NET_RAW",
                                      "CAP_IPC_LOCK",
                                      "CAP_IPC_OWNER",
                                      "CAP_SYS_MODULE",
                                      "CAP_SYS_RAWIO",
                                      "CAP_SYS_CHROOT",
                                      "CAP_SYS_PTRACE",
                                      "CAP_SYS_PACCT",
                                      "CAP_SYS_ADMIN",
                                      "CAP_SYS_BOOT",
                                      "CAP_SYS_NICE",
                                      "CAP_SYS_RESOURCE",
                                      "CAP_SYS_TIME",
                                      "CAP_SYS_TTY_CONFIG",
                                      "CAP_MKNOD",
                                      "CAP_LEASE",
                                      "CAP_AUDIT_WRITE",
                                      "CAP_AUDIT_CONTROL",
                                      "CAP_SETFCAP",
                                      "CAP_MAC_OVERRIDE",
                                      "CAP_MAC_ADMIN",
                                      "CAP_SYSLOG",
                                      "CAP_WAKE_ALARM",
                                      "CAP_BLOCK_SUSPEND",
                                      "CAP_AUDIT_READ",
                                      "CAP_PERFMON",
                                      "CAP_BPF",
                                      "CAP_CHECKPOINT_RESTORE"};

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

std::string linux_features() {
  return object({{"namespaces", list(kNamespaces)},
                 {"capabilities", list(kCapabilities)},
                 {"cgroup", cgroup()},
                 {"seccomp", filters()},
                 {"apparmor", enabled(false)},
                 {"selinux", enabled(false)},
                 {"intelRdt", enabled(false)},
                 {"mountExtensions", R"({"idmap": {"enabled": true}})"},
                 {"netDevices", enabled(false)}},
                2);
}

}  // namespace

std::string features() {
  const std::string version =
      fmt::format("{}.{}.{}", SCMP_VER_MAJOR, SCMP_VER_MINOR, SCMP_VER_MICRO);
  return object({{"ociVersionMin", json_quoted(kFirstVersion)},
                 {"ociVersionMax", json_quoted(oci::Config{}.oci_version)},
                 {"hooks", "[]"},
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
    const std::string text = features();
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  };
  return command;
}

}  // namespace lockstep::engine
