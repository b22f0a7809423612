#include "rootfs-fetch/write_archive.hpp"

#include <unistd.h>

#include <set>

#include "common/images/docker_archive.hpp"
#include "common/images/reference.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/plain_tar.hpp"
#include "rootfs-fetch/sha256.hpp"
#include "rootfs-fetch/tar_writer.hpp"

namespace lockstep::fetch {
namespace {

using images::Descriptor;
using images::Packing;
using images::Store;

class ArchiveWriter {
 public:
  ArchiveWriter(const Store& store, const WriteArchive& write) : store_(store), tar_(write) {}

  void add_text(const std::string& path, const std::string& text) {
    add_header(path, static_cast<int64_t>(text.size()));
    tar_.add_content(text);
  }

  void add_blob(const Descriptor& blob) {
    const std::string path = "blobs/sha256/" + images::hex_of(blob.digest);
    if (!added_.insert(path).second) return;
    Fd file = open_verified(store_, blob);
    add_header(path, blob.size);
    add_content(std::move(file), Packing::kPlain, blob.digest);
  }

  /// Unpacked, under its diff id. A tar's entry begins with its size: so it is inflated twice.
  void add_plain_layer(const Descriptor& layer, const std::string& diff_id) {
    const std::string path = images::hex_of(diff_id) + ".tar";
    if (!added_.insert(path).second) return;
    const auto packing = images::packing_of(layer.media_type);
    if (!packing)
      throw Error(fmt::format("the layer {}: its kind {} can't be unpacked", layer.digest,
                              quoted(layer.media_type)));
    const Plain plain =
        measure_plain(open_verified(store_, layer), *packing, layer.digest, nullptr);
    if (plain.digest != diff_id)
      throw Error(fmt::format("the layer {} has the diff id {}, and the image's config says {}",
                              layer.digest, plain.digest, diff_id),
                  images::kDamagedHint);
    add_header(path, plain.size);
    add_content(store_.open_blob(layer), *packing, layer.digest);
  }

  void finish() { tar_.finish(); }

 private:
  void add_header(const std::string& path, int64_t size) {
    constexpr mode_t kMode = 0644;
    const TarHeader header = header_of(path);
    ::archive_entry_set_filetype(header.get(), AE_IFREG);
    ::archive_entry_set_perm(header.get(), kMode);
    ::archive_entry_set_size(header.get(), size);
    tar_.add(header);
  }

  void add_content(Fd file, Packing packing, const std::string& name) {
    read_plain(std::move(file), packing, name, nullptr,
               [this](std::string_view data) { tar_.add_content(data); });
  }

  const Store& store_;
  TarWriter tar_;
  std::set<std::string> added_;
};

/// As Docker would have it: with a tag, and none that is a digest.
std::vector<std::string> docker_names(const std::string& name) {
  const auto reference = images::Reference::read(name);
  if (!reference || reference->place != images::Place::kRegistry || !reference->digest.empty())
    return {};
  return {reference->name()};
}

}  // namespace

void write_oci_archive(const Store& store, const std::vector<Image>& images,
                       const WriteArchive& write) {
  ArchiveWriter archive(store, write);
  std::string index = images::empty_index();
  for (const Image& image : images) index = images::with_entry(index, image.name, image.descriptor);
  archive.add_text("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  archive.add_text("index.json", index);
  for (const Image& image : images) {
    archive.add_blob(image.descriptor);
    archive.add_blob(image.manifest.config);
    for (const Descriptor& layer : image.manifest.layers) archive.add_blob(layer);
  }
  archive.finish();
}

void write_docker_archive(const Store& store, const std::vector<Image>& images,
                          const WriteArchive& write) {
  ArchiveWriter archive(store, write);
  std::vector<images::DockerImage> list;
  std::set<std::string> configs;
  for (const Image& image : images) {
    const std::string config = images::hex_of(image.manifest.config.digest) + ".json";
    images::DockerImage entry{config, docker_names(image.name), {}};
    if (configs.insert(config).second) archive.add_text(config, image.config_text);
    for (size_t i = 0; i < image.manifest.layers.size(); ++i) {
      const std::string& diff_id = image.config.diff_ids[i];
      archive.add_plain_layer(image.manifest.layers[i], diff_id);
      entry.layers.push_back(images::hex_of(diff_id) + ".tar");
    }
    list.push_back(std::move(entry));
  }
  archive.add_text("manifest.json", images::write_docker_manifest(list));
  archive.finish();
}

}  // namespace lockstep::fetch
