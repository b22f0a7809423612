#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// What a descriptor's mediaType says, in the image-spec's words and in Docker's (schema 2), which
/// mean the same. See: the image-spec's media-types.md, "Compatibility Matrix"
namespace lockstep::images {

constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";
constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kConfigType = "application/vnd.oci.image.config.v1+json";
constexpr const char* kGzipLayerType = "application/vnd.oci.image.layer.v1.tar+gzip";
constexpr const char* kZstdLayerType = "application/vnd.oci.image.layer.v1.tar+zstd";
constexpr const char* kPlainLayerType = "application/vnd.oci.image.layer.v1.tar";

/// How a layer's tar is packed.
enum class Packing : uint8_t { kPlain, kGzip, kZstd };

/// Whether it is an image's manifest, or an index of several.
bool is_manifest_type(const std::string& media_type);
bool is_index_type(const std::string& media_type);
/// Nothing for what is no layer that can be unpacked.
std::optional<Packing> packing_of(const std::string& layer_type);
/// The image-spec's word for such a layer.
const char* layer_type(Packing packing);

}  // namespace lockstep::images
