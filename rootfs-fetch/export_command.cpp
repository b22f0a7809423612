// `rootfs-fetch export NAME DIR`: an image's files as a folder of the caller's.

#include "common/images/location.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/losses.hpp"
#include "rootfs-fetch/new_folder.hpp"
#include "rootfs-fetch/size_limit.hpp"
#include "rootfs-fetch/unpack.hpp"

namespace lockstep::fetch {
namespace {

int run(const std::string& name, const std::string& path, uint64_t max_size, const Wishes& wishes) {
  images::check_path(path, "DIR");
  const auto store = images::Store::open();
  const Image image = find_verified(store, name);
  require_blobs(*store, image);
  SizeLimit limit(max_size);
  fill_folder(path, "export", [&](const Fd& folder) {
    unpack_image(*store, image, folder, path, Nodes::kMake, &limit);
  });
  if (!wishes.quiet) fmt::print("{} ({}) exported to {}\n", name, image.descriptor.digest, path);
  return 0;
}

}  // namespace

cli::Command export_command(const Wishes& wishes) {
  const auto max_size = std::make_shared<uint64_t>(SizeLimit::kDefault);
  cli::Command command;
  command.name = "export";
  command.usage = "[OPTIONS] NAME DIR";
  command.summary = "write an image's files into a new or empty folder";
  command.options = [max_size](cli::Options& options) {
    options.allow_anywhere();
    add_max_size(options, *max_size);
  };
  command.run = [max_size, &wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 2, "export", "NAME DIR");
    return with_own_files([&] { return run(arguments[0], arguments[1], *max_size, wishes); });
  };
  return command;
}

}  // namespace lockstep::fetch
