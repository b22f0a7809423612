#include <algorithm>
#include <initializer_list>

#include "common/oci/config_json_value.hpp"
#include "common/oci/hooks_json.hpp"
#include "common/oci/machine_json.hpp"
#include "common/oci/privileges_json.hpp"
#include "common/oci/process_json.hpp"
#include "common/oci/resources_json.hpp"
#include "common/oci/seccomp_json.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::oci {
namespace {

/// A container of lockstep's shares its host's kernel.
void refuse_machine(const JsonPlace& here) {
  const auto vm = here.find("vm");
  if (vm && !vm->nothing())
    vm->fail("not supported: a virtual machine is another kind of container",
             "remove the field, or use a runtime that starts a hypervisor");
}

/// A string of which the spec lists the values.
std::string one_of(const JsonPlace& here, std::initializer_list<const char*> words) {
  std::string word = here.text();
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    here.expected(fmt::format("one of {}", fmt::join(words, ", ")));
  }
  return word;
}

std::vector<std::string> absolute_paths(const JsonPlace& here, const char* key) {
  std::vector<std::string> out;
  here.each(key, [&](const JsonPlace& path) { out.push_back(path.absolute_path()); });
  return out;
}

std::string version(const JsonPlace& here) {
  std::string out = here.text();
  if (!out.starts_with("1.")) here.expected("a version 1.x of the runtime-spec, such as \"1.0.2\"");
  return out;
}

std::string host_name(const JsonPlace& here, std::string_view key) {
  const auto place = here.find(key);
  std::string name = place ? place->text() : "";
  if (!name.empty() && !is_name_of_host(name))
    place->expected("at most 64 bytes, none of them a space or a control character");
  return name;
}

Root read_root(const JsonPlace& here) {
  Root root;
  const JsonPlace path = here.required("path");
  root.path = path.text();
  if (root.path.empty()) path.expected("a path");
  root.readonly = here.flag("readonly");
  return root;
}

/// 2^32-1 is no id, so neither range may reach it.
IdMapping read_mapping(const JsonPlace& here) {
  IdMapping mapping;
  mapping.container_id = read_id(here.required("containerID"));
  mapping.host_id = read_id(here.required("hostID"));
  const uint32_t first = std::max(mapping.container_id, mapping.host_id);
  mapping.size = here.required("size").number<uint32_t>(1, 4294967295 - first);
  return mapping;
}

std::vector<IdMapping> read_mappings(const JsonPlace& here, const char* key) {
  std::vector<IdMapping> mappings;
  here.each(key, [&](const JsonPlace& item) { mappings.push_back(read_mapping(item)); });
  return mappings;
}

Mount read_mount(const JsonPlace& here) {
  Mount mount;
  const JsonPlace destination = here.required("destination");
  mount.destination = destination.text();
  if (mount.destination.empty()) destination.expected("a path");
  // "MAY be a relative path, in which case it MUST be interpreted as relative to "/"": config.md,
  // "Mounts"
  if (!mount.destination.starts_with('/')) mount.destination.insert(0, 1, '/');
  mount.type = here.text("type");
  mount.source = here.text("source");
  mount.options = here.texts("options");
  mount.uid_mappings = read_mappings(here, "uidMappings");
  mount.gid_mappings = read_mappings(here, "gidMappings");
  if (mount.uid_mappings.empty() != mount.gid_mappings.empty()) {
    here.fail("uidMappings and gidMappings must be given together");
  }
  return mount;
}

Namespace read_namespace(const JsonPlace& here, const std::vector<Namespace>& before) {
  Namespace out;
  const JsonPlace type = here.required("type");
  out.type = one_of(type, {"pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time"});
  const auto same = [&](const Namespace& other) { return other.type == out.type; };
  if (std::any_of(before.begin(), before.end(), same)) {
    type.fail(fmt::format("{} is listed twice", quoted(out.type)));
  }
  if (!here.text("path").empty()) out.path = here.required("path").absolute_path();
  return out;
}

Device read_device(const JsonPlace& here) {
  Device device;
  device.type = one_of(here.required("type"), {"c", "b", "u", "p"});
  device.path = here.required("path").absolute_path();
  if (device.type != "p") {  // the kernel's dev_t: 12 bits and 20
    device.major = here.required("major").number<int64_t>(0, (1 << 12) - 1);
    device.minor = here.required("minor").number<int64_t>(0, (1 << 20) - 1);
  }
  if (const auto mode = here.find("fileMode")) device.file_mode = mode->number<mode_t>();
  if (const auto uid = here.find("uid")) device.uid = read_id(*uid);
  if (const auto gid = here.find("gid")) device.gid = read_id(*gid);
  return device;
}

/// The spec has four words. Engines also write runc's recursive ones, "rslave": to lockstep the
/// same.
std::string read_propagation(const JsonPlace& here) {
  const std::string word = one_of(here, {"private", "slave", "shared", "unbindable",  //
                                         "rprivate", "rslave", "rshared", "runbindable"});
  return word.substr(word[0] == 'r' ? 1 : 0);
}

/// "If a file already exists at path that does not match the requested device, the runtime MUST generate
/// an error": config-linux.md, "Devices". The last one is `item`.
void refuse_another_device(const JsonPlace& item, const std::vector<Device>& devices) {
  const Device& last = devices.back();
  for (const Device& device : devices) {
    if (device.path != last.path) continue;
    if (device.type != last.type || device.major != last.major || device.minor != last.minor)
      item.fail(fmt::format("{} is another device already", quoted(last.path)));
  }
}

Linux read_linux(const JsonPlace& here) {
  Linux out;
  here.each("namespaces", [&](const JsonPlace& item) {
    out.namespaces.push_back(read_namespace(item, out.namespaces));
  });
  out.uid_mappings = read_mappings(here, "uidMappings");
  out.gid_mappings = read_mappings(here, "gidMappings");
  here.each("devices", [&](const JsonPlace& item) {
    out.devices.push_back(read_device(item));
    refuse_another_device(item, out.devices);
  });
  out.cgroups_path = cgroups_path_from_json(here);
  if (const auto resources = here.find("resources"))
    out.resources = resources_from_json(*resources);
  const auto seccomp = here.find("seccomp");
  if (seccomp && !seccomp->nothing()) out.seccomp = seccomp_from_json(*seccomp);
  const auto propagation = here.find("rootfsPropagation");
  if (propagation && !propagation->nothing()) {
    out.rootfs_propagation = read_propagation(*propagation);
  }
  out.masked_paths = absolute_paths(here, "maskedPaths");
  out.readonly_paths = absolute_paths(here, "readonlyPaths");
  out.mount_label = here.text("mountLabel");
  out.sysctl = read_sysctls(here);
  out.personality = read_personality(here);
  read_machine(here, out);
  return out;
}

}  // namespace

Config config_from_json(const JsonPlace& here) {
  // `windows`, `solaris`, `zos` and `freebsd` are for other platforms only and mean nothing here;
  // `vm` may be set for Linux and asks for a hypervisor. See: config.md, "Platform-specific
  // configuration"
  refuse_machine(here);
  Config config;
  config.oci_version = version(here.required("ociVersion"));
  if (const auto root = here.find("root")) config.root = read_root(*root);
  if (const auto process = here.find("process")) {
    config.process = read_process(*process, !config.root.path.empty());
  }
  here.each("mounts", [&](const JsonPlace& item) { config.mounts.push_back(read_mount(item)); });
  config.hostname = host_name(here, "hostname");
  config.domainname = host_name(here, "domainname");
  if (const auto linux = here.find("linux")) config.linux = read_linux(*linux);
  if (const auto hooks = here.find("hooks")) config.hooks = hooks_from_json(*hooks);
  config.annotations = here.text_map("annotations");
  if (config.annotations.contains("")) here.required("annotations").fail("a key is empty");
  return config;
}

}  // namespace lockstep::oci
