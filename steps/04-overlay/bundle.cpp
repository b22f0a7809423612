#include "04-overlay/bundle.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "02-pid/ipc.hpp"
#include "03-mount/masks.hpp"
#include "03-mount/mounts.hpp"
#include "common/cli/program.hpp"
#include "common/oci/config_json.hpp"
#include "common/oci/config_lessons.hpp"
#include "common/os/error.hpp"
#include "common/os/execute_hint.hpp"
#include "common/os/files.hpp"

namespace lockstep::bundle {
namespace {

constexpr const char* kConfigFile = "config.json";  // that `spec` writes

std::string real_path(const std::string& path, const std::string& what, const std::string& hint) {
  const auto real = sys::real_path(path);
  if (!real) throw SysError(errno, fmt::format("{}: realpath({})", what, quoted(path)), hint);
  return *real;
}

std::string read(const std::string& path) {
  // Not without end, should it be a pipe.
  const auto file = sys::open_if_there(path, O_RDONLY | O_NONBLOCK);
  if (file) return read_all(*file, path);
  throw SysError(ENOENT, fmt::format("open({})", quoted(path)),
                 "a bundle is a folder with a config.json: `spec --bundle DIR` writes one");
}

bool lists(const oci::Config& config, const std::string& type) {
  return std::any_of(config.linux.namespaces.begin(), config.linux.namespaces.end(),
                     [&](const oci::Namespace& item) { return item.type == type; });
}

/// Makes the container share what the list leaves out; what this step can't is refused.
void check_namespaces(oci::Config& config, const std::string& name) {
  std::string shared;
  for (const char* type : {"pid", "uts", "mount"}) {
    if (lists(config, type)) continue;
    if (cli::lesson() == oci::kLastLesson && type != std::string_view("mount")) {
      shared += (shared.empty() ? "" : ",") + std::string(type);
      continue;
    }
    throw Error(fmt::format("{}: linux.namespaces: {} is missing, and to share the host's is not "
                            "supported by this step",
                            name, quoted(type)),
                fmt::format(R"(add {{"type": "{}"}})", type));
  }
  if (!lists(config, "ipc")) ipc::share_with_host(config);
  if (!shared.empty()) config.annotations[kSharedAnnotation] = shared;
  const bool renames = !config.hostname.empty() || !config.domainname.empty();
  if (renames && !lists(config, "uts"))
    throw Error(
        fmt::format("{}: hostname, domainname: without \"uts\" in linux.namespaces they are "
                    "the host's own",
                    name),
        R"(add {"type": "uts"} to linux.namespaces, or remove them)");
  for (const oci::Namespace& item : config.linux.namespaces) {
    if (item.type != "mount" || item.path.empty()) continue;
    throw Error(
        fmt::format("{}: linux.namespaces: \"mount\": {} can't be joined: the container's own "
                    "root and mounts would be made among those of whoever lives there",
                    name, quoted(item.path)),
        "remove its path: it gets a new one");
  }
}

/// "Path values for bind mounts are either absolute or relative to the bundle": config.md, "Mounts"
void find_sources(oci::Config& config, const std::string& folder) {
  const auto binds = [](const std::string& word) { return word == "bind" || word == "rbind"; };
  for (oci::Mount& mount : config.mounts) {
    if (mount.source.empty() || mount.source[0] == '/') continue;
    const bool bind =
        binds(mount.type) || std::any_of(mount.options.begin(), mount.options.end(), binds);
    if (bind) mount.source = folder + "/" + mount.source;
  }
}

/// What the runtime notes down there of an image's container: an engine may have taken annotations
/// from anywhere, and these lead to files that are mounted, and deleted.
void check_annotations(const oci::Config& config, const std::string& name) {
  for (const char* own : {oci::kImageAnnotation, oci::kDigestAnnotation, oci::kSandboxAnnotation}) {
    if (!config.annotations.contains(own)) continue;
    throw Error(fmt::format("{}: annotations[{}]: it is the runtime's own", name, quoted(own)),
                "remove it: only `run IMAGE` sets it");
  }
}

std::string find_root(const oci::Root& root, const std::string& folder, const std::string& name) {
  const std::string path = root.path[0] == '/' ? root.path : folder + "/" + root.path;
  const std::string what = name + ": root.path";
  std::string found = real_path(path, what,
                                "the root file system is a folder of the bundle's, as a rule: "
                                "`rootfs-fetch export busybox DIR` makes one");
  if (!sys::open_if_there(found, O_PATH | O_DIRECTORY)) {
    throw SysError(ENOTDIR, fmt::format("{}: {}", what, quoted(found)));
  }
  if (const std::string hint = search_hint(found + "/"); !hint.empty()) {
    throw SysError(EACCES, fmt::format("{}: {}", what, quoted(found)), hint);
  }
  if (found != "/") return found;
  throw Error(fmt::format("{}: the host's own root can't be a container's", what),
              "copy what is needed to a folder");
}

}  // namespace

Bundle open(const std::string& folder, const std::string& file) {
  Bundle bundle;
  bundle.folder = real_path(folder, "the bundle", "a bundle is a folder with a config.json");
  const std::string name = file[0] == '/' ? file : bundle.folder + "/" + file;
  bundle.config = oci::read_config(read(name), name, cli::lesson());
  oci::Config& config = bundle.config;
  if (config.root.path.empty()) throw Error(fmt::format("{}: root: is required", name));
  if (config.process.args.empty()) throw Error(fmt::format("{}: process: is required", name));
  check_namespaces(config, name);
  check_annotations(config, name);
  config.root.path = find_root(config.root, bundle.folder, name);
  find_sources(config, bundle.folder);
  if (!config.process.user.umask) config.process.user.umask = 0022;
  return bundle;
}

oci::Config default_config(int lesson, Complete complete, bool rootless) {
  oci::Config config;
  config.process.terminal = true;
  config.process.cwd = "/";
  config.process.env = {oci::kDefaultPath, "TERM=xterm"};
  config.process.args = {"sh"};
  config.root = {"rootfs", true};
  config.hostname = "lockstep";
  config.mounts = mnt::default_mounts();
  for (const std::string& type : oci::default_namespaces(lesson))
    config.linux.namespaces.push_back({type, ""});
  config.linux.masked_paths = mnt::default_masked_paths();
  config.linux.readonly_paths = mnt::default_readonly_paths();
  if (complete != nullptr) complete(config, rootless);
  return config;
}

void write_default(const std::string& folder, Complete complete, bool rootless) {
  const Fd place = sys::open(folder, O_PATH | O_DIRECTORY);
  const std::string path = folder + "/" + kConfigFile;
  if (!sys::make_empty_file(place, kConfigFile, 0644)) {
    throw SysError(EEXIST, fmt::format("open({}, O_CREAT|O_EXCL)", quoted(path)),
                   "remove it first, or choose another folder with --bundle");
  }
  sys::replace_file(place, kConfigFile,
                    oci::write_config(default_config(cli::lesson(), complete, rootless)), 0644);
}

}  // namespace lockstep::bundle
