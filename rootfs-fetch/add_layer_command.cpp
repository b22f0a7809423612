// `rootfs-fetch add-layer --base IMAGE FOLDER NAME`: a new image, of an older one and what a container
// has changed. The steps' `commit` runs it.

#include <fcntl.h>

#include "common/images/durable.hpp"
#include "common/images/location.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/users/id_map.hpp"
#include "rootfs-fetch/changes.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/creation_time.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/naming.hpp"
#include "rootfs-fetch/pack_layer.hpp"
#include "rootfs-fetch/publish.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

using images::Store;

struct Given {
  std::string base;
  std::string author;
  std::string message;
  std::string created_by;
  std::vector<std::string> changes;
  bool whole = false;
  users::Maps maps;  // of the container, where its ids are others than those that FOLDER has
};

images::Owners owners_of(const users::Maps& maps) {
  if (maps.uids.empty() && maps.gids.empty()) return {};
  return {[&](uint32_t id) { return users::inside(maps.uids, id); },
          [&](uint32_t id) { return users::inside(maps.gids, id); }};
}

oci::IdMapping mapping(const char* option, const std::string& text) {
  if (const auto range = users::parse_mapping(text)) return *range;
  throw cli::UsageError(
      fmt::format("{}: expected CONTAINER:HOST:SIZE, got {}", option, quoted(text)));
}

Image find_base(const Store& store, const std::string& base) {
  if (images::is_digest(base))
    return load_verified(store, base, store.describe(images::kManifestType, base));
  const images::IndexEntry entry = images::find_entry(store, base);
  return load_verified(store, images::name_of(entry), entry.descriptor);
}

images::Descriptor put_layer(const Store& store, const Fd& upper, const images::Owners& owners) {
  const Fd staged = store.stage_blob();
  Sha256 hash;
  int64_t size = 0;
  const auto write = [&](std::string_view data) {
    images::write_to_disk(staged, data, "the layer");
    hash.update(data);
    size += static_cast<int64_t>(data.size());
  };
  pack_layer(upper, write, owners);
  const std::string digest = hash.digest();
  store.put_staged_blob(staged, digest);
  return {images::kPlainLayerType, digest, size};
}

std::string config_text(const Image& base, const images::ImageConfig& settings,
                        const std::string& diff_id, const Given& given) {
  images::ImageConfig config = settings;
  config.author = given.author;
  config.diff_ids.push_back(diff_id);
  config.history.push_back({config.created, given.created_by, given.author, given.message, false});
  return images::rewrite_config(base.config_text, config, base.name);
}

int run(const Given& given, const std::string& folder, const std::string& wanted_name,
        const Wishes& wishes) {
  const std::string name = new_name(wanted_name);
  images::check_path(folder, "FOLDER");
  if (given.base.empty()) throw cli::UsageError("add-layer: --base is missing");
  borrow_root_if_needed();  // a container's files may be closed to their owner
  const Fd upper = sys::open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const Store store = Store::open_to_write();
  const Image base = find_base(store, given.base);
  images::ImageConfig settings = base.config;
  apply_changes(settings, given.changes);  // before the long work: it may be wrong, and so may the
  settings.created = creation_time();      // time
  images::Manifest manifest = base.manifest;
  if (given.whole) {
    manifest.layers.clear();
    settings.diff_ids.clear();
    settings.history.clear();
  }
  manifest.layers.push_back(put_layer(store, upper, owners_of(given.maps)));
  const std::string config = config_text(base, settings, manifest.layers.back().digest, given);
  manifest.config = put(store, images::kConfigType, config);
  const images::Descriptor descriptor =
      put(store, images::kManifestType, images::write_manifest(manifest));
  publish(store, load_verified(store, name, descriptor), Rootfs::kMake);
  if (wishes.quiet) {
    fmt::print("{}\n", descriptor.digest);
  } else {
    fmt::print("{} made from {} and {}:\n{}\n", name, given.base, quoted(folder),
               descriptor.digest);
  }
  return 0;
}

}  // namespace

cli::Command add_layer_command(const Wishes& wishes) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "add-layer";
  command.usage = "[OPTIONS] --base NAME|DIGEST FOLDER NAME";
  command.summary = "make an image NAME of another and an overlay's upper folder (as commit does)";
  command.options = [given](cli::Options& options) {
    const auto text = [&](const char* option, const char* metavar, const char* help,
                          std::string& into) {
      options.value(option, metavar, help, [&into](const std::string& value) { into = value; });
    };
    options.allow_anywhere();
    text("base", "NAME|DIGEST", "the image below it, by its name or its manifest's digest",
         given->base);
    text("a,author", "AUTHOR", "who made it", given->author);
    text("m,message", "MESSAGE", "what for: the layer's comment in the history", given->message);
    text("created-by", "COMMAND", "the command that made the changes, for the history",
         given->created_by);
    options.flag("whole",
                 "FOLDER has all files, not the changes alone: no layer of the base is kept",
                 [given] { given->whole = true; });
    options.value("uidmap", "CONTAINER:HOST:SIZE",
                  "which user ids FOLDER's container has, where it has the host's",
                  [given](const std::string& range) {
                    given->maps.uids.push_back(mapping("--uidmap", range));
                  });
    options.value("gidmap", "CONTAINER:HOST:SIZE", "the same for groups",
                  [given](const std::string& range) {
                    given->maps.gids.push_back(mapping("--gidmap", range));
                  });
    options.value("c,change", "LINE", "a setting as in a Dockerfile: CMD, ENTRYPOINT, ENV, …",
                  [given](const std::string& line) { given->changes.push_back(line); });
  };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 2, "add-layer", "FOLDER NAME");
    return run(*given, arguments[0], arguments[1], wishes);
  };
  return command;
}

}  // namespace lockstep::fetch
