#include "rootfs-fetch/archive_source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <map>

#include "common/images/docker_archive.hpp"
#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/archive_files.hpp"
#include "rootfs-fetch/hashed_file.hpp"
#include "rootfs-fetch/plain_tar.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

class ArchiveSource : public Source {
 public:
  ArchiveSource(const std::string& path, SizeLimit& limit)
      : files_(
            ArchiveFiles::read(open_input(path), name_of_input(path), incoming().folder(), limit)) {
    if (files_.find("index.json") != nullptr || files_.find("manifest.json") != nullptr) return;
    throw Error(fmt::format("{} is no archive of images", files_.name()),
                "it has neither index.json (OCI) nor manifest.json (docker save); for a root file "
                "system's tar: `rootfs-fetch import`");
  }

  std::vector<images::IndexEntry> entries() override {
    if (files_.find("index.json") == nullptr) return docker_entries();
    return images::read_index(text_of("index.json"), files_.name() + ": index.json");
  }

  void bring(const images::Descriptor& descriptor) override {
    const auto* const file = files_.by_digest(descriptor.digest);
    const auto made = made_.find(descriptor.digest);
    if (file == nullptr && made == made_.end())
      throw Error(fmt::format("{} has no blob {}", files_.name(), descriptor.digest),
                  "it is incomplete, or the blob is damaged");
    const int64_t size = file == nullptr ? made->second : file->size;
    if (size == descriptor.size) return;
    throw Error(fmt::format("{}: the blob {} is {} bytes long, and should be {}", files_.name(),
                            descriptor.digest, size, descriptor.size));
  }

 private:
  static Fd open_input(const std::string& path) {
    return path == "-" ? Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) : sys::open(path, O_RDONLY);
  }
  static std::string name_of_input(const std::string& path) {
    return path == "-" ? "standard input" : quoted(path);
  }

  const ArchiveFiles::File& file(const std::string& path) const {
    if (const auto* const found = files_.find(path)) return *found;
    throw Error(fmt::format("{} has no {}", files_.name(), images::quoted_briefly(path)),
                "it is incomplete");
  }

  std::string text_of(const std::string& path) {
    const auto& found = file(path);
    return document({"", found.digest, found.size});
  }

  /// A document of Docker's, described in the image-spec's words: only the manifest has to be made.
  images::Descriptor manifest_of(const images::DockerImage& image) {
    const auto& config = file(image.config);
    images::Manifest manifest{{images::kConfigType, config.digest, config.size}, {}};
    for (const std::string& path : image.layers) {
      const auto& layer = file(path);
      const Fd blob(::openat(incoming().folder().get(), images::hex_of(layer.digest).c_str(),
                             O_RDONLY | O_CLOEXEC));
      const auto packing = blob ? packing_of_file(blob) : std::nullopt;
      if (!packing)
        throw Error(fmt::format("{}: {} is no layer", files_.name(), images::quoted_briefly(path)));
      manifest.layers.push_back({images::layer_type(*packing), layer.digest, layer.size});
    }
    HashedFile made(incoming().folder());
    made.write(images::write_manifest(manifest));
    const int64_t size = made.size();
    const std::string digest = made.finish();
    made_[digest] = size;
    return {images::kManifestType, digest, size};
  }

  std::vector<images::IndexEntry> docker_entries() {
    std::vector<images::IndexEntry> out;
    const std::string where = files_.name() + ": manifest.json";
    for (const images::DockerImage& image :
         images::read_docker_manifest(text_of("manifest.json"), where)) {
      const images::Descriptor manifest = manifest_of(image);
      for (const std::string& name : image.names) out.push_back({name, manifest});
      if (image.names.empty()) out.push_back({std::nullopt, manifest});
    }
    return out;
  }

  ArchiveFiles files_;
  std::map<std::string, int64_t> made_;  // documents that are not the archive's own
};

}  // namespace

std::unique_ptr<Source> open_archive(const std::string& path, SizeLimit& limit) {
  return std::make_unique<ArchiveSource>(path, limit);
}

}  // namespace lockstep::fetch
