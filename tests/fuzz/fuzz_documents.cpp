// The image-spec's documents, and Docker's list of images: the first byte says which one is read. Anything may be
// refused, by an Error; what is taken must come back when it is written and read again.

#include <cstdlib>

#include "common/images/docker_archive.hpp"
#include "common/images/documents.hpp"
#include "common/images/platform.hpp"
#include "common/os/error.hpp"

using namespace lockstep;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void read_config(const std::string& text) {
  const images::ImageConfig config = images::read_config(text, "fuzz");
  const std::string again = images::rewrite_config(text, config, "fuzz");
  check(images::read_config(again, "fuzz").diff_ids == config.diff_ids);
}

void read_index(const std::string& text) {
  const auto entries = images::read_index(text);
  const std::string digest = "sha256:" + std::string(64, 'a');
  const std::string added = images::with_entry(text, "a/b:c", {images::kManifestType, digest, 1});
  check(images::read_index(added).size() <= entries.size() + 1);
  check(images::read_index(images::without_entry(added, "a/b:c")).size() <= entries.size());
  images::choose(entries, images::own_platform());
}

void read_manifest(const std::string& text) {
  const images::Manifest manifest = images::read_manifest(text, "fuzz");
  const auto again = images::read_manifest(images::write_manifest(manifest), "fuzz");
  check(again.layers.size() == manifest.layers.size());
  for (const images::Descriptor& layer : manifest.layers) images::packing_of(layer.media_type);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so
extern "C" int LLVMFuzzerTestOneInput(const char* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, size - 1);
  try {
    switch (static_cast<unsigned char>(data[0]) % 5) {
      case 0:
        read_index(text);
        break;
      case 1:
        read_manifest(text);
        break;
      case 2:
        read_config(text);
        break;
      case 3:
        images::references_in(text, "fuzz");
        break;
      default:
        images::write_docker_manifest(images::read_docker_manifest(text, "fuzz"));
    }
  } catch (const Error&) {
  }
  return 0;
}
