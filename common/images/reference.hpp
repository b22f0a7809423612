#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What people write where an image is meant: `alpine:3.20`, `ghcr.io/org/app@sha256:…`,
/// `oci:DIR:TAG`.
namespace lockstep::images {

/// Where an image is, or is to go.
enum class Place : uint8_t {
  kRegistry,       // [docker://][REGISTRY/]REPOSITORY[:TAG][@sha256:HEX]
  kLayout,         // oci:DIR[:NAME], an OCI image layout
  kOciArchive,     // oci-archive:FILE[:NAME], the same as a tar
  kDockerArchive,  // docker-archive:FILE[:NAME], what `docker save` writes
  kFolder,         // dir:DIR, a root file system
};

struct Reference {
  Place place = Place::kRegistry;

  // In a registry.
  std::string registry;    // "docker.io", "localhost:5000", "[::1]:5000"
  std::string repository;  // "library/alpine"
  std::string tag;         // "latest" where none is written; empty beside a digest, which says more
  std::string digest;      // "sha256:HEX", or empty
  bool is_short = false;   // no registry was named: it may be an image that is here already

  // Elsewhere.
  std::string path;      // of the layout, the archive, the folder
  std::string selected;  // which of the images in there; empty: the only one

  /// The image's name in the store, its org.opencontainers.image.ref.name: as people write it. Of
  /// docker.io the host and "library/" are left out, as docker does: "alpine:3.20",
  /// "org/app:latest", "ghcr.io/org/app@sha256:HEX". Elsewhere what was selected, the folder's own
  /// name; empty where only the place's content can tell.
  std::string name() const;

  /// In full: "docker.io/library/alpine:3.20", "oci:DIR:NAME".
  std::string text() const;

  /// Throws Error that quotes the part that is wrong and says what belongs there.
  static Reference parse(const std::string& text);
  /// The same, where what is no reference is no error either: nothing then.
  static std::optional<Reference> read(const std::string& text);
};

/// By which names the store may have what somebody calls `text`, the likeliest first: as it is
/// written, with ":latest" or without, and as name() has it. So `docker.io/library/alpine` finds
/// "alpine:latest", and `busybox` the embedded image.
std::vector<std::string> names_in_store(const std::string& text);

/// Whether `text` is a tag: [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}. See: the distribution-spec, "Pulling
/// manifests"
bool is_tag(const std::string& text);

}  // namespace lockstep::images
