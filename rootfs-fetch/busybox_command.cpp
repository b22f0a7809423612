// `rootfs-fetch busybox`: the embedded image, made from this machine's own busybox.

#include "common/images/location.hpp"
#include "common/oci/config.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/busybox.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/losses.hpp"
#include "rootfs-fetch/publish.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

using images::Store;

constexpr const char* kName = kEmbedded;

constexpr const char* kThereAlready = "busybox is there already:";

/// The image as it should be, up to compression, which is what takes long.
struct Recipe {
  Busybox busybox;
  std::string tar;
  std::string diff_id;
  std::string config_text;
  std::string config_digest;
};

Recipe write_recipe() {
  Recipe recipe;
  recipe.busybox = find_busybox();
  recipe.tar = make_tar(rootfs_of(recipe.busybox));
  recipe.diff_id = digest_of(recipe.tar);
  images::ImageConfig config;
  config.architecture = recipe.busybox.architecture;
  config.os = "linux";
  config.env = {oci::kDefaultPath};
  config.cmd = {"/bin/sh"};
  config.diff_ids = {recipe.diff_id};
  config.created_by = fmt::format("rootfs-fetch busybox ({})", recipe.busybox.version);
  recipe.config_text = images::write_config(config);
  recipe.config_digest = digest_of(recipe.config_text);
  return recipe;
}

/// The image, if the store has it whole and undamaged, and both its folders.
std::optional<Image> find_complete(const Store& store, const Recipe& recipe) {
  try {
    const auto descriptor = store.find(kName);
    if (!descriptor) return std::nullopt;
    Image image = load_verified(store, kName, *descriptor);
    if (image.manifest.config.digest != recipe.config_digest)
      return std::nullopt;  // of another busybox
    for (const images::Descriptor& layer : image.manifest.layers) open_verified(store, layer);
    if (!exists(store.layer_folder(recipe.diff_id)) || !exists(store.rootfs_folder(kName)))
      return std::nullopt;
    return image;
  } catch (const Error&) {  // damaged: it will be made anew
    return std::nullopt;
  }
}

images::Descriptor describe(const char* media_type, const std::string& content) {
  return {media_type, digest_of(content), static_cast<int64_t>(content.size())};
}

images::Descriptor store_documents(const Store& store, const Recipe& recipe,
                                   const std::string& packed) {
  const images::Descriptor layer = put(store, images::kGzipLayerType, packed);
  const images::Descriptor config = put(store, images::kConfigType, recipe.config_text);
  return put(store, images::kManifestType, images::write_manifest({config, {layer}}));
}

/// Everything the name needs first, the name last.
void make(const Store& store, const Recipe& recipe) {
  const images::Descriptor manifest = store_documents(store, recipe, gzip(recipe.tar));
  publish(store, load_verified(store, kName, manifest), Rootfs::kMake, nullptr,
          {kMadeOfBusybox, false});
}

void tell(const Image& image, const std::string& store, const std::string& what,
          const Wishes& wishes) {
  if (wishes.quiet) {
    fmt::print("{}\n", image.descriptor.digest);
    return;
  }
  fmt::print("{}\n{} ({}) in the store {}\n", what, image.descriptor.digest,
             images::human_size(image.size()), store);
}

int run(const Wishes& wishes, bool fresh) {
  const Recipe recipe = write_recipe();
  if (!fresh) {
    if (const auto store = Store::open()) {
      if (const auto image = find_complete(*store, recipe)) {
        tell(*image, store->path(), kThereAlready, wishes);
        return 0;
      }
    }
  }
  const Store store = Store::open_to_write();
  // Another one may have made it while this one waited for the lock.
  const auto there = find_complete(store, recipe);
  if (!there) make(store, recipe);
  const Image image = there ? *there : load_verified(store, kName, store.find(kName).value());
  if (there && fresh) make_rootfs(store, image);
  const Busybox& from = recipe.busybox;
  const std::string made = fmt::format("busybox made from {} ({}, {} applets, {}):", from.path,
                                       from.version, from.applets.size(), image.platform());
  tell(image, store.path(),
       !there  ? made
       : fresh ? "busybox's rootfs made anew:"
               : kThereAlready,
       wishes);
  return 0;
}

}  // namespace

void remake_busybox(const std::string& digest) {
  const Recipe recipe = write_recipe();
  const std::string layer = gzip(recipe.tar);
  const images::Manifest manifest{describe(images::kConfigType, recipe.config_text),
                                  {describe(images::kGzipLayerType, layer)}};
  if (digest_of(images::write_manifest(manifest)) != digest)
    throw Error("this machine's busybox is another one now");
  store_documents(Store::open_to_write(), recipe, layer);
}

int make_embedded(const Wishes& wishes) {
  return in_the_store([&] { return run(wishes, false); });
}

cli::Command busybox_command(const Wishes& wishes) {
  const auto fresh = std::make_shared<bool>(false);
  cli::Command command;
  command.name = kName;
  command.usage = "[OPTIONS]";
  command.summary = "make the embedded image from this machine's static busybox";
  command.options = [fresh](cli::Options& options) {
    options.allow_anywhere();
    options.flag("fresh", "undo what containers have changed in its rootfs",
                 [fresh] { *fresh = true; });
  };
  command.run = [fresh, &wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 0, "busybox", "");
    return in_the_store([&] { return run(wishes, *fresh); });
  };
  return command;
}

}  // namespace lockstep::fetch
