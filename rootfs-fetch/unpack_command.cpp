// `rootfs-fetch unpack NAME`: what another tool put into the store (skopeo, umoci), made ready to run.

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/losses.hpp"
#include "rootfs-fetch/publish.hpp"
#include "rootfs-fetch/unpack.hpp"

namespace lockstep::fetch {
namespace {

/// How many layers were unpacked: those that were not there yet.
size_t unpack_missing(const images::Store& store, const Image& image) {
  size_t count = 0;
  for (size_t i = 0; i < image.manifest.layers.size(); ++i) {
    const std::string folder = store.layer_folder(image.config.diff_ids[i]);
    if (exists(folder)) continue;
    make_folder(store, folder, [&](const Fd& staged) {
      unpack_layer(store, image.manifest.layers[i], image.config.diff_ids[i], staged, folder);
    });
    ++count;
  }
  return count;
}

int run(const std::string& name, const Wishes& wishes) {
  find_verified(images::Store::open(), name);  // throws, before anything is made
  const std::optional<images::Store> store(images::Store::open_to_write());
  const Image image = find_verified(store, name);
  const size_t count = unpack_missing(*store, image);
  if (wishes.quiet) {
    fmt::print("{}\n", image.descriptor.digest);
  } else if (count == 0) {
    fmt::print("{} is unpacked already\n", name);
  } else {
    fmt::print("{}: {} of {} layers unpacked\n", name, count, image.manifest.layers.size());
  }
  return 0;
}

}  // namespace

cli::Command unpack_command(const Wishes& wishes) {
  cli::Command command;
  command.name = "unpack";
  command.usage = "[OPTIONS] NAME";
  command.summary = "unpack the layers of an image that another tool put into the store";
  command.options = [](cli::Options& options) { options.allow_anywhere(); };
  command.run = [&wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 1, "unpack", "NAME");
    return with_all_owners([&] { return run(arguments[0], wishes); });
  };
  return command;
}

}  // namespace lockstep::fetch
