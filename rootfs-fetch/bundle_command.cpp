// `rootfs-fetch bundle NAME DIR`: an image as the runtime-spec's bundle, for any runtime. What an
// image's config means to a container the steps know: lesson 04 turns it into a runtime's config.

#include <fcntl.h>
#include <unistd.h>

#include "04-overlay/bundle.hpp"
#include "04-overlay/image_config.hpp"
#include "06-user/accounts.hpp"
#include "08-capabilities/options.hpp"
#include "common/images/durable.hpp"
#include "common/images/location.hpp"
#include "common/oci/config_json.hpp"
#include "common/os/beneath.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/losses.hpp"
#include "rootfs-fetch/new_folder.hpp"
#include "rootfs-fetch/size_limit.hpp"
#include "rootfs-fetch/unpack.hpp"

namespace lockstep::fetch {
namespace {

constexpr int kLesson = 9;  // all that the ladder's end can do, and so any runtime
/// The oldest that has all of it: older crun and runc refuse a newer one.
constexpr const char* kVersion = "1.0.2";

struct Given {
  uint64_t max_size = SizeLimit::kDefault;
  bool terminal = false;
};

bool has_variable(const std::vector<std::string>& env, const std::string& name) {
  for (const std::string& variable : env) {
    if (variable.starts_with(name + "=")) return true;
  }
  return false;
}

/// The image's user in numbers, by the rootfs's own files: other runtimes know no names.
void resolve_user(const Fd& rootfs, const std::string& user, oci::Process& process) {
  const usr::Account account = usr::find_account(Beneath(rootfs.duplicate()), user);
  process.user.uid = account.uid;
  process.user.gid = account.gid;
  process.user.additional_gids = account.groups;
  if (!has_variable(process.env, "HOME")) process.env.push_back("HOME=" + account.home);
}

/// See: the image-spec's conversion.md
oci::Config config_of(const Image& image, const Fd& rootfs, bool terminal) {
  oci::Config config = bundle::default_config(kLesson, caps::complete_bundle);
  config.oci_version = kVersion;
  config.process.terminal = terminal;
  config.process.cwd.clear();
  overlay::apply_image(image, config);
  if (config.process.cwd.empty()) config.process.cwd = "/";
  config.process.args = image.config.entrypoint;
  config.process.args.insert(config.process.args.end(), image.config.cmd.begin(),
                             image.config.cmd.end());
  if (config.process.args.empty()) config.process.args = {"sh"};
  if (!has_variable(config.process.env, "PATH")) config.process.env.emplace_back(oci::kDefaultPath);
  if (!has_variable(config.process.env, "TERM") && config.process.terminal)
    config.process.env.push_back("TERM=xterm");
  config.annotations.erase(oci::kUserAnnotation);
  resolve_user(rootfs, image.config.user, config.process);
  config.root = {"rootfs", false};
  return config;
}

Fd make_rootfs_in(const Fd& bundle) {
  sys::make_directory(bundle, "rootfs", 0755);
  Fd rootfs(::openat(bundle.get(), "rootfs", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!rootfs) throw SysError(errno, "open(\"rootfs\")");
  return rootfs;
}

/// A path of the image's: whatever links it goes over, it stays below the rootfs.
void make_volumes(const images::ImageConfig& config, const Fd& rootfs) {
  const Beneath root(rootfs.duplicate());
  for (const std::string& volume : config.volumes) root.make_directories(volume);
}

void say_what_is_left_out(const images::ImageConfig& config) {
  if (config.volumes.empty()) return;
  narrate::say(
      fmt::format("(the image declares volumes, which are plain folders of this rootfs: {})",
                  fmt::join(config.volumes, ", ")));
}

int run(const std::string& name, const std::string& path, const Given& given,
        const Wishes& wishes) {
  images::check_path(path, "DIR");
  const auto store = images::Store::open();
  const Image image = find_verified(store, name);
  require_blobs(*store, image);
  SizeLimit limit(given.max_size);
  fill_folder(path, "bundle", [&](const Fd& folder) {
    const Fd rootfs = make_rootfs_in(folder);
    unpack_image(*store, image, rootfs, path + "/rootfs", Nodes::kMake, &limit);
    make_volumes(image.config, rootfs);
    const std::string config = oci::write_config(config_of(image, rootfs, given.terminal));
    images::write_durably(folder, ".config.json", folder, "config.json", config);
  });
  say_what_is_left_out(image.config);
  if (!wishes.quiet) fmt::print("{} ({}) is a bundle in {}\n", name, image.descriptor.digest, path);
  return 0;
}

}  // namespace

cli::Command bundle_command(const Wishes& wishes) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "bundle";
  command.usage = "[OPTIONS] NAME DIR";
  command.summary = "write an image's files and a config.json for any OCI runtime";
  command.options = [given](cli::Options& options) {
    options.allow_anywhere();
    add_max_size(options, given->max_size);
    options.flag("t,tty", "the process is to have a terminal (process.terminal)",
                 [given] { given->terminal = true; });
  };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 2, "bundle", "NAME DIR");
    return with_own_files([&] { return run(arguments[0], arguments[1], *given, wishes); });
  };
  return command;
}

}  // namespace lockstep::fetch
