#include "rootfs-fetch/registry/remote_image.hpp"

#include <nlohmann/json.hpp>

#include "common/images/media_types.hpp"
#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

using nlohmann::json;
using oci::JsonPlace;

constexpr const char* kDockerConfigType = "application/vnd.docker.container.image.v1+json";
constexpr const char* kDockerTypes = "application/vnd.docker.";
constexpr const char* kForeign = "application/vnd.oci.image.layer.nondistributable.v1.tar";
/// The spec has registries take at least so much, and a document is small.
constexpr int64_t kLargestDocument = 4 << 20;

/// The header may be wrong or missing; the document's own word counts, else what it looks like.
std::string type_of(const json& document, const JsonPlace& place, const std::string& header) {
  std::string own = place.text("mediaType");
  if (!own.empty()) return own;
  if (images::is_index_type(header) || images::is_manifest_type(header)) return header;
  if (document.contains("manifests")) return images::kIndexType;
  return document.contains("config") ? images::kManifestType : header;
}

images::Descriptor descriptor_at(const JsonPlace& place) {
  images::Descriptor out{place.required("mediaType").text(), place.required("digest").text(),
                         place.required("size").number<int64_t>(0)};
  if (!images::is_digest(out.digest))
    place.required("digest").expected("sha256: and 64 hexadecimal digits");
  return out;
}

RemoteLayer layer_at(const JsonPlace& place) {
  RemoteLayer layer{descriptor_at(place), place.texts("urls")};
  if (!images::packing_of(layer.blob.media_type))
    place.required("mediaType")
        .fail(fmt::format("{} is no layer that can be unpacked", quoted(layer.blob.media_type)),
              "plain tar, tar+gzip and tar+zstd can");
  return layer;
}

void check_config(const JsonPlace& place, const images::Descriptor& config) {
  if (config.media_type != images::kConfigType && config.media_type != kDockerConfigType) {
    place.fail(fmt::format("it is no image, but something else that a registry can hold: {}",
                           quoted(config.media_type)));
  }
  if (config.size > kLargestDocument)
    place.fail(fmt::format("a config of {} bytes is too large", config.size), "4 MiB are allowed");
}

/// Docker's words in the OCI's.
std::string oci_type(const std::string& type) {
  if (!type.starts_with(kDockerTypes)) return type;
  if (type == kDockerConfigType) return images::kConfigType;
  const auto packing = images::packing_of(type);
  if (!packing) return type;
  std::string plain = images::layer_type(*packing);
  if (type.find(".foreign.") == std::string::npos) return plain;
  return kForeign + plain.substr(std::string_view(images::kPlainLayerType).size());
}

std::string as_oci(json document) {
  document["mediaType"] = images::kManifestType;
  document["config"]["mediaType"] = oci_type(document["config"]["mediaType"]);
  for (json& layer : document["layers"]) layer["mediaType"] = oci_type(layer["mediaType"]);
  return oci::write_json(document);
}

}  // namespace

bool is_index(const RemoteDocument& document, const std::string& where) {
  if (document.media_type == "text/html") {
    throw Error(fmt::format("{}: a web page came in place of a manifest", where),
                "a login page or a proxy stands between here and the registry");
  }
  const json parsed = oci::parse_json(document.text, where);
  const JsonPlace place(parsed, where);
  const auto version = place.find("schemaVersion");
  if (version && version->number<int>() == 1) {
    throw Error(fmt::format("{} has only a manifest of Docker's schema 1", where),
                "it doesn't say what its layers' content is, and is out of use since 2017: have it "
                "pushed anew by a newer tool");
  }
  const std::string type = type_of(parsed, place, document.media_type);
  const bool index = images::is_index_type(type);
  if (index || images::is_manifest_type(type)) return index;
  throw Error(fmt::format("{} is neither an image nor an index of images: {}", where,
                          quoted(oci::clipped(type))));
}

RemoteImage read_image(const RemoteDocument& document, const std::string& where) {
  const json parsed = oci::parse_json(document.text, where);
  const JsonPlace place(parsed, where);
  RemoteImage image;
  image.digest = document.digest;
  const JsonPlace config = place.required("config");
  image.config = descriptor_at(config);
  check_config(config, image.config);
  image.config.media_type = images::kConfigType;
  place.each("layers", [&](const JsonPlace& layer) { image.layers.push_back(layer_at(layer)); });
  const bool dockers = type_of(parsed, place, document.media_type).starts_with(kDockerTypes);
  image.text = dockers ? as_oci(parsed) : document.text;
  if (dockers) {
    for (RemoteLayer& layer : image.layers) layer.blob.media_type = oci_type(layer.blob.media_type);
  }
  image.manifest = {images::kManifestType, digest_of(image.text),
                    static_cast<int64_t>(image.text.size())};
  return image;
}

}  // namespace lockstep::fetch
