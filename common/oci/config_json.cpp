#include "common/oci/config_json.hpp"

#include <nlohmann/json.hpp>

#include "common/oci/config_json_value.hpp"
#include "common/oci/config_lessons.hpp"
#include "common/oci/hooks_json.hpp"
#include "common/oci/json_document.hpp"
#include "common/oci/json_span.hpp"
#include "common/oci/machine_json.hpp"
#include "common/oci/privileges_json.hpp"
#include "common/oci/process_json.hpp"
#include "common/oci/put.hpp"
#include "common/oci/resources_json.hpp"
#include "common/oci/seccomp_json.hpp"
#include "common/os/error.hpp"

namespace lockstep::oci {
namespace {

using nlohmann::json;

json write_user(const User& user) {
  json out = json::object();
  out["uid"] = user.uid;
  out["gid"] = user.gid;
  put(out, "umask", user.umask);
  put(out, "additionalGids", user.additional_gids);
  return out;
}

/// parent_death_signal is left out: it belongs to one call of the runtime, not to the container.
json write_process(const Process& process) {
  json out = json::object();
  put(out, "terminal", process.terminal);
  if (process.console_size) {
    json& size = out["consoleSize"];
    size["height"] = process.console_size->height;
    size["width"] = process.console_size->width;
  }
  put(out, "cwd", process.cwd);
  put(out, "env", process.env);
  put(out, "args", process.args);
  if (!out.empty()) out["user"] = write_user(process.user);
  write_privileges(out, process);
  return out;
}

json write_root(const Root& root) {
  json out = json::object();
  if (root.path.empty()) return out;
  out["path"] = root.path;
  put(out, "readonly", root.readonly);
  return out;
}

json write_mapping(const IdMapping& mapping) {
  json out = json::object();
  out["containerID"] = mapping.container_id;
  out["hostID"] = mapping.host_id;
  out["size"] = mapping.size;
  return out;
}

json write_mount(const Mount& mount) {
  json out = json::object();
  out["destination"] = mount.destination;
  put(out, "type", mount.type);
  put(out, "source", mount.source);
  put(out, "options", mount.options);
  put(out, "uidMappings", mount.uid_mappings, write_mapping);
  put(out, "gidMappings", mount.gid_mappings, write_mapping);
  return out;
}

json write_namespace(const Namespace& item) {
  json out = json::object();
  out["type"] = item.type;
  put(out, "path", item.path);
  return out;
}

json write_device(const Device& device) {
  json out = json::object();
  out["type"] = device.type;
  out["path"] = device.path;
  if (device.type != "p") {
    out["major"] = device.major;
    out["minor"] = device.minor;
  }
  put(out, "fileMode", device.file_mode);
  put(out, "uid", device.uid);
  put(out, "gid", device.gid);
  return out;
}

json write_linux(const Linux& linux, Profile profile) {
  json out = json::object();
  put(out, "namespaces", linux.namespaces, write_namespace);
  put(out, "uidMappings", linux.uid_mappings, write_mapping);
  put(out, "gidMappings", linux.gid_mappings, write_mapping);
  put(out, "devices", linux.devices, write_device);
  put(out, "cgroupsPath", linux.cgroups_path);
  put(out, "resources", resources_to_json(linux.resources));
  if (linux.seccomp && profile == Profile::kWithin)
    out["seccomp"] = seccomp_to_json(**linux.seccomp);
  put(out, "rootfsPropagation", linux.rootfs_propagation);
  put(out, "maskedPaths", linux.masked_paths);
  put(out, "readonlyPaths", linux.readonly_paths);
  put(out, "mountLabel", linux.mount_label);
  put(out, "sysctl", linux.sysctl);
  if (!linux.personality.empty()) out["personality"]["domain"] = linux.personality;
  write_machine(out, linux);
  return out;
}

}  // namespace

json config_to_json(const Config& config, Profile profile) {
  json out = json::object();
  out["ociVersion"] = config.oci_version;
  put(out, "process", write_process(config.process));
  put(out, "root", write_root(config.root));
  put(out, "mounts", config.mounts, write_mount);
  put(out, "hostname", config.hostname);
  put(out, "domainname", config.domainname);
  put(out, "linux", write_linux(config.linux, profile));
  put(out, "hooks", hooks_to_json(config.hooks));
  put(out, "annotations", config.annotations);
  return out;
}

namespace {

Config read_whole(const std::string& text, const std::string& name, int lesson) {
  const nlohmann::json document = parse_json(text, name);
  const JsonPlace config(document, name);
  refuse_later_lessons(config, lesson);
  return config_from_json(config);
}

}  // namespace

Config read_config(const std::string& text, const std::string& name, int lesson) {
  const auto profile = find_object(text, {"linux", "seccomp"});
  if (!profile || lesson < kLastLesson) return read_whole(text, name, lesson);
  std::string rest = text;
  rest.replace(profile->begin, profile->end - profile->begin, "null");
  try {
    Config config = read_whole(rest, name, lesson);
    config.linux.seccomp.emplace(text.substr(profile->begin, profile->end - profile->begin), name,
                                 text.substr(0, profile->begin));
    return config;
  } catch (const Error&) {
    return read_whole(text, name, lesson);  // it tells the place in all of the text
  }
}

Resources read_resources(const std::string& text, const std::string& name) {
  const nlohmann::json document = parse_json(text, name);
  return resources_from_json(JsonPlace(document, name));
}

Process read_process_document(const std::string& text, const std::string& name) {
  const nlohmann::json document = parse_json(text, name);
  return read_process(JsonPlace(document, name), true);
}

std::string write_config(const Config& config) {
  return write_json(config_to_json(config), 2) + '\n';
}

}  // namespace lockstep::oci
