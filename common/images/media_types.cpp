#include "common/images/media_types.hpp"

namespace lockstep::images {
namespace {

constexpr const char* kDockerManifestType = "application/vnd.docker.distribution.manifest.v2+json";
constexpr const char* kDockerIndexType =
    "application/vnd.docker.distribution.manifest.list.v2+json";

/// How a layer's type begins; the packing is behind it. The two nondistributable ("foreign") kinds
/// are as the others: that they come from elsewhere is the registry client's business.
constexpr const char* kLayerTypes[] = {"application/vnd.oci.image.layer.v1.tar",
                                       "application/vnd.oci.image.layer.nondistributable.v1.tar",
                                       "application/vnd.docker.image.rootfs.diff.tar",
                                       "application/vnd.docker.image.rootfs.foreign.diff.tar"};

}  // namespace

bool is_manifest_type(const std::string& media_type) {
  return media_type == kManifestType || media_type == kDockerManifestType;
}

bool is_index_type(const std::string& media_type) {
  return media_type == kIndexType || media_type == kDockerIndexType;
}

std::optional<Packing> packing_of(const std::string& layer_type) {
  for (const std::string type : kLayerTypes) {
    if (!layer_type.starts_with(type)) continue;
    const std::string packing = layer_type.substr(type.size());
    if (packing.empty()) return Packing::kPlain;
    if (packing == "+gzip" || packing == ".gzip") return Packing::kGzip;
    if (packing == "+zstd" || packing == ".zstd") return Packing::kZstd;
  }
  return std::nullopt;
}

const char* layer_type(Packing packing) {
  return packing == Packing::kPlain  ? kPlainLayerType
         : packing == Packing::kGzip ? kGzipLayerType
                                     : kZstdLayerType;
}

}  // namespace lockstep::images
