#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/oci/hooks.hpp"
#include "common/oci/machine.hpp"
#include "common/oci/privileges.hpp"
#include "common/oci/resources.hpp"
#include "common/oci/seccomp.hpp"

/// The OCI runtime-spec's config.json as plain structs: its structure and its names. Flags, an
/// image's config and a bundle's config.json all become one of these; below main.cpp nothing knows
/// where it came from. Each step adds the parts that it does something with. See: the
/// runtime-spec's config.md and config-linux.md
namespace lockstep::oci {

/// `process.user`.
struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::optional<mode_t> umask;  // 0022 where it is not given
  std::vector<gid_t> additional_gids;

  /// Not of the spec: "name|uid[:group|gid]" as `exec --user` says it, until lesson 06 looks it up
  /// in the rootfs. (A container's own user travels as kUserAnnotation.)
  std::string words;
};

/// `process.consoleSize`, in characters.
struct ConsoleSize {
  unsigned height = 0;
  unsigned width = 0;
};

/// Whether a host or a domain has such a name: 1 to 64 bytes (the kernel keeps no more, see uname(2)),
/// none of them a control character or a space, by which a line of /etc/hosts would end.
bool is_name_of_host(const std::string& name);

/// One of `linux.uidMappings` and `gidMappings`: `size` ids, from `container_id` on inside and from
/// `host_id` on outside.
struct IdMapping {
  uint32_t container_id = 0;
  uint32_t host_id = 0;
  uint32_t size = 0;
};

/// `process`: the user's program, of `run` or of `exec`.
struct Process {
  bool terminal = false;
  std::optional<ConsoleSize> console_size;
  std::string cwd;  // absolute; empty (only before there is a rootfs): the caller's own
  std::vector<std::string> env;   // "NAME=value"
  std::vector<std::string> args;  // args[0] is looked up on PATH unless it holds a '/'
  User user;
  std::optional<Capabilities> capabilities;  // not there: none
  bool no_new_privileges = false;
  std::vector<ResourceLimit> rlimits;
  std::string apparmor_profile;
  std::string selinux_label;
  std::optional<int> oom_score_adj;
  std::optional<Scheduler> scheduler;
  std::optional<IoPriority> io_priority;
  CpuAffinity exec_cpu_affinity;

  /// Not of the spec: HOME in `env` is a guess, to be replaced by what the rootfs's passwd says.
  bool home_is_a_guess = false;
  /// Not of the spec: the signal that it gets when the runtime's process ends (0: none, it lives
  /// on).
  int parent_death_signal = 0;
  /// Not of the spec: it is left running in the background, away from the caller's terminal.
  bool detached = false;
  /// Not of the spec: the bytes that, typed on its terminal, leave it running ("\x10\x11").
  std::string detach_keys;
  /// Not of the spec: the socket that its terminal's other end is sent to (lesson 09); empty: none.
  std::string console_socket;
  /// Not of the spec: so many of the caller's descriptors, from 3 on, are its own, too.
  unsigned preserved_descriptors = 0;
  /// Not of the spec: variables by which the runtime itself tells it something (LISTEN_FDS); they come
  /// in place of those of the same names in `env`.
  std::vector<std::string> told;
  /// Not of the spec: of `exec`: nothing of the container's own process is added to it.
  bool is_complete = false;
  /// Not of the spec: of `exec`: though the container is paused.
  bool though_paused = false;
  /// Not of the spec: of `exec`: the cgroup below the container's that it goes into, "/a" or
  /// "CONTROLLER[,CONTROLLER…]:/a" (lesson 09).
  std::vector<std::string> cgroups;
};

/// `root`.
struct Root {
  std::string path;  // empty: no root of its own (steps 01 and 02)
  bool readonly = false;
  /// Not of the spec: `path` is a mount of its own already (lesson 06's runtime has made it one).
  bool is_mount = false;
};

/// One of `mounts`. Options are mount(8)'s words; what no one knows is the file system's own data.
struct Mount {
  std::string destination;  // absolute, as seen from inside
  std::string type;
  std::string source;
  std::vector<std::string> options;
  std::vector<IdMapping> uid_mappings{};  // of an id-mapped mount; empty: the container's
  std::vector<IdMapping> gid_mappings{};
  /// Not of the spec: `source` names an open copy of a mount (open_tree), to be attached as it is.
  bool is_tree = false;
};

/// One of `linux.namespaces`.
struct Namespace {
  std::string type;  // "pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"
  std::string path;  // empty: a new one
};

/// One of `linux.devices`.
struct Device {
  std::string type;  // "c", "b", "u" or "p"
  std::string path;
  int64_t major = 0;
  int64_t minor = 0;
  std::optional<mode_t> file_mode;
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
};

/// `linux`.
struct Linux {
  std::vector<Namespace> namespaces;
  std::vector<IdMapping> uid_mappings;
  std::vector<IdMapping> gid_mappings;
  std::vector<Device> devices;
  std::string cgroups_path;  // "/a/b" from the hierarchies' roots, "a/b" below the caller's own
  Resources resources;
  std::optional<SeccompText> seccomp;
  std::string rootfs_propagation;  // "", "private", "slave", "shared", "unbindable"
  std::vector<std::string> masked_paths;
  std::vector<std::string> readonly_paths;
  std::string mount_label;
  std::map<std::string, std::string> sysctl;
  std::string personality;                         // its domain: "", "LINUX", "LINUX32"
  std::map<std::string, TimeOffset> time_offsets;  // "monotonic", "boottime"
  std::map<std::string, std::string> net_devices;  // the host's name of it, and the one inside
  std::optional<MemoryPolicy> memory_policy;
  std::optional<IntelRdt> intel_rdt;
};

/// PATH where nobody sets it: Docker's, and what a program is looked up on.
constexpr const char* kDefaultPath =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct Config {
  /// Not of the spec's config.json, which is given it from beside: the container's ID.
  std::string id;
  /// Nor is its bundle: the folder that it was made of.
  std::string bundle{};
  std::string oci_version = "1.3.0";
  Process process;
  Root root;
  std::vector<Mount> mounts;
  std::string hostname;
  std::string domainname;
  Linux linux;
  Hooks hooks;
  std::map<std::string, std::string> annotations;
  /// Not of the spec: it stays in the cgroup of who makes it (lesson 09).
  bool without_cgroup = false;
};

/// Settings of lockstep's own that the spec has no field for travel as annotations, the spec's way
/// to extend it, so that they are in the bundle and in the state file like all others.
constexpr const char* kInitAnnotation = "io.lockstep.init";         // "true": --init
constexpr const char* kNoPivotAnnotation = "io.lockstep.no-pivot";  // "true": --no-pivot
constexpr const char* kNoNewKeyringAnnotation =
    "io.lockstep.no-new-keyring";  // "true": --no-new-keyring
constexpr const char* kSeccompAnnotation =
    "io.lockstep.seccomp";                                     // "default", run's own; "unconfined"
constexpr const char* kImageAnnotation = "io.lockstep.image";  // its image's name in the store
constexpr const char* kDigestAnnotation = "io.lockstep.image-digest";  // of that image's manifest
constexpr const char* kSandboxAnnotation = "io.lockstep.sandbox";      // its folder in the store
constexpr const char* kUserAnnotation =
    "io.lockstep.user";  // "name|uid[:group|gid]", by the rootfs
/// How all of ours begin: nobody else's, such as an image's label, may be taken for one.
constexpr const char* kOurAnnotations = "io.lockstep.";
/// The image-spec's own, for what it has a field for and the runtime-spec none. See: conversion.md
constexpr const char* kStopSignalAnnotation = "org.opencontainers.image.stopSignal";
constexpr const char* kExposedPortsAnnotation = "org.opencontainers.image.exposedPorts";

/// An annotation's value; empty if it isn't there.
inline std::string annotation(const Config& config, const char* name) {
  const auto found = config.annotations.find(name);
  return found == config.annotations.end() ? "" : found->second;
}

/// Whether an annotation of ours is "true".
inline bool annotated(const Config& config, const char* name) {
  return annotation(config, name) == "true";
}

}  // namespace lockstep::oci
