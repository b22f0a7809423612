#include "common/images/documents.hpp"

#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "common/os/error.hpp"

namespace lockstep::images {
namespace {

using nlohmann::json;
using oci::JsonPlace;

constexpr const char* kRefName = "org.opencontainers.image.ref.name";
constexpr const char* kWholeName = "io.containerd.image.name";
constexpr const char* kFrom = "io.lockstep.from";
constexpr const char* kBlobs = "io.lockstep.blobs";
constexpr const char* kNoBlobs = "none";
constexpr const char* kIndexName = "index.json";

std::string digest_at(const JsonPlace& place) {
  std::string digest = place.text();
  if (!is_digest(digest)) place.expected("sha256: and 64 hexadecimal digits");
  return digest;
}

Descriptor descriptor_at(const JsonPlace& place) {
  return {place.required("mediaType").text(), digest_at(place.required("digest")),
          place.required("size").number<int64_t>(0)};
}

json json_of(const Descriptor& descriptor) {
  return {{"mediaType", descriptor.media_type},
          {"digest", descriptor.digest},
          {"size", descriptor.size}};
}

/// Docker and containerd write the whole name into an annotation of their own, and only its tag into
/// the specification's.
std::optional<std::string> name_at(const JsonPlace& entry) {
  const auto annotations = entry.find("annotations");
  if (!annotations) return std::nullopt;
  for (const char* key : {kWholeName, kRefName}) {
    if (const auto name = annotations->find(key)) return name->text();
  }
  return std::nullopt;
}

Origin origin_at(const JsonPlace& entry) {
  const auto annotations = entry.find("annotations");
  if (!annotations) return {};
  return {annotations->text(kFrom), annotations->text(kBlobs) == kNoBlobs};
}

std::optional<Platform> platform_at(const JsonPlace& entry) {
  const auto platform = entry.find("platform");
  if (!platform) return std::nullopt;
  return Platform{platform->text("os"), platform->text("architecture"), platform->text("variant")};
}

/// The index without the entries that are meant, still as JSON: fields that mean nothing here stay
/// in it.
template <typename IsMeant>
json index_without(const std::string& text, IsMeant is_meant) {
  json document = oci::parse_json(text, kIndexName);
  const JsonPlace place(document, kIndexName);
  json kept = json::array();
  size_t index = 0;
  place.each("manifests", [&](const JsonPlace& entry) {
    if (!is_meant(entry)) kept.push_back(document["manifests"][index]);
    ++index;
  });
  document["manifests"] = kept;
  return document;
}

void collect_references(const json& value, std::vector<Descriptor>& out) {
  const auto is_text = [&](const char* key) {
    return value.contains(key) && value[key].is_string();
  };
  const bool described = value.is_object() && is_text("mediaType") && is_text("digest");
  if (described) out.push_back({value["mediaType"], value["digest"], 0});
  if (value.is_string() && value.get_ref<const std::string&>().starts_with("sha256:")) {
    out.push_back({"", value, 0});
  }
  if (!value.is_structured()) return;
  for (const auto& [key, inner] : value.items()) {
    if (!described || key != "digest") collect_references(inner, out);
  }
}

}  // namespace

bool is_digest(const std::string& text) {
  constexpr size_t kPrefix = 7;  // "sha256:"
  return text.size() == kPrefix + 64 && text.starts_with("sha256:") &&
         text.find_first_not_of("0123456789abcdef", kPrefix) == std::string::npos;
}

std::string empty_index() {
  return oci::write_json(
      {{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", json::array()}});
}

std::vector<IndexEntry> read_index(const std::string& text, const std::string& where) {
  const json document = oci::parse_json(text, where);
  const JsonPlace place(document, where);
  std::vector<IndexEntry> out;
  place.each("manifests", [&](const JsonPlace& entry) {
    out.push_back({name_at(entry), descriptor_at(entry), platform_at(entry), origin_at(entry)});
  });
  return out;
}

std::string with_entry(const std::string& text, const std::string& name,
                       const Descriptor& descriptor, const Origin& origin) {
  json document = oci::parse_json(without_entry(text, name), kIndexName);
  json entry = json_of(descriptor);
  entry["annotations"] = {{kRefName, name}};
  if (!origin.from.empty()) entry["annotations"][kFrom] = origin.from;
  if (origin.without_blobs) entry["annotations"][kBlobs] = kNoBlobs;
  document["manifests"].push_back(entry);
  return oci::write_json(document);
}

std::string without_entry(const std::string& text, const std::string& name) {
  return oci::write_json(
      index_without(text, [&](const JsonPlace& entry) { return name_at(entry) == name; }));
}

std::string without_nameless(const std::string& text, const std::string& digest) {
  return oci::write_json(index_without(text, [&](const JsonPlace& entry) {
    return !name_at(entry) && digest_at(entry.required("digest")) == digest;
  }));
}

Manifest read_manifest(const std::string& text, const std::string& where) {
  const json document = oci::parse_json(text, where);
  const JsonPlace place(document, where);
  Manifest manifest{descriptor_at(place.required("config")), {}};
  place.each("layers",
             [&](const JsonPlace& layer) { manifest.layers.push_back(descriptor_at(layer)); });
  return manifest;
}

std::string write_manifest(const Manifest& manifest) {
  json layers = json::array();
  for (const Descriptor& layer : manifest.layers) layers.push_back(json_of(layer));
  return oci::write_json({{"schemaVersion", 2},
                          {"mediaType", kManifestType},
                          {"config", json_of(manifest.config)},
                          {"layers", layers}});
}

std::vector<std::string> read_texts(const std::string& text, const std::string& where) {
  const json document = {{"words", oci::parse_json(text, where)}};
  return JsonPlace(document, where).texts("words");
}

std::vector<Descriptor> references_in(const std::string& text, const std::string& where) {
  std::vector<Descriptor> out;
  collect_references(oci::parse_json(text, where), out);
  return out;
}

}  // namespace lockstep::images
