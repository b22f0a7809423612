// A root file system becomes an image of one layer.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/images/durable.hpp"
#include "common/images/incoming.hpp"
#include "common/oci/config.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/changes.hpp"
#include "rootfs-fetch/creation_time.hpp"
#include "rootfs-fetch/file_source.hpp"
#include "rootfs-fetch/hashed_file.hpp"
#include "rootfs-fetch/local.hpp"
#include "rootfs-fetch/pack_layer.hpp"
#include "rootfs-fetch/plain_tar.hpp"
#include "rootfs-fetch/publish.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {
namespace {

struct Layer {
  images::Descriptor descriptor;
  std::string diff_id;
};

/// Without root the caller's own files are to be root's in the image.
images::Owners own_as_root() {
  if (::geteuid() == 0) return {};
  return {[me = ::geteuid()](uint32_t id) { return id == me ? 0 : id; },
          [us = ::getegid()](uint32_t id) { return id == us ? 0 : id; }};
}

Layer layer_of_folder(const Fd& rootfs, const Fd& incoming) {
  HashedFile file(incoming);
  pack_layer(
      rootfs, [&](std::string_view data) { file.write(data); }, own_as_root());
  const int64_t size = file.size();
  const std::string digest = file.finish();
  return {{images::kPlainLayerType, digest, size}, digest};
}

Layer layer_of_tar(Fd tar, const std::string& name, const Fd& incoming, SizeLimit& limit) {
  HashedFile file(incoming);
  FileSource source(std::move(tar), name);
  std::vector<char> buffer(256U << 10U);
  while (const size_t count = source.read(buffer.data(), buffer.size())) {
    file.write({buffer.data(), count});
  }
  const int64_t size = file.size();
  const std::string digest = file.finish();
  const std::string hex = images::hex_of(digest);
  Fd blob(::openat(incoming.get(), hex.c_str(), O_RDONLY | O_CLOEXEC));
  if (!blob) throw SysError(errno, fmt::format("open({})", quoted(hex)));
  const auto packing = packing_of_file(blob);
  if (!packing)
    throw Error(fmt::format("{} is no tar, nor one compressed by gzip or zstd", name),
                "unpack it first, or compress it otherwise");
  return {{images::layer_type(*packing), digest, size},
          measure_plain(std::move(blob), *packing, name, &limit).digest};
}

Layer read_layer(const Import& wanted, const Fd& incoming, SizeLimit& limit) {
  if (wanted.from == "-")
    return layer_of_tar(Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)), "standard input", incoming,
                        limit);
  Fd file = sys::open(wanted.from, O_RDONLY);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    throw SysError(errno, fmt::format("fstat({})", quoted(wanted.from)));
  if (S_ISDIR(status.st_mode)) return layer_of_folder(file, incoming);
  return layer_of_tar(std::move(file), quoted(wanted.from), incoming, limit);
}

images::ImageConfig config_of(const Import& wanted) {
  images::ImageConfig config;
  config.architecture = wanted.platform.architecture;
  config.os = wanted.platform.os;
  config.variant = wanted.platform.variant;
  config.env = {oci::kDefaultPath};
  apply_changes(config, wanted.changes);
  config.created = creation_time();
  config.history.push_back(
      {config.created, "rootfs-fetch import " + wanted.from, "", wanted.message, false});
  return config;
}

}  // namespace

Image import_rootfs(const Import& wanted, uint64_t max_size) {
  images::ImageConfig config = config_of(wanted);  // before the long work: it may be wrong
  const images::Incoming incoming = images::Incoming::open();
  SizeLimit of_tar(max_size);
  const Layer layer = read_layer(wanted, incoming.folder(), of_tar);
  config.diff_ids = {layer.diff_id};
  const images::Store store = images::Store::open_to_write();
  store.adopt_blob(incoming.folder(), images::hex_of(layer.descriptor.digest),
                   layer.descriptor.digest);
  images::Manifest manifest{put(store, images::kConfigType, images::write_config(config)),
                            {layer.descriptor}};
  const images::Descriptor descriptor =
      put(store, images::kManifestType, images::write_manifest(manifest));
  try {
    Image image = load_verified(store, wanted.name, descriptor);
    SizeLimit limit(max_size);
    publish(store, image, Rootfs::kNone, &limit);
    return image;
  } catch (const Error&) {
    store.sweep();
    throw;
  }
}

}  // namespace lockstep::fetch
