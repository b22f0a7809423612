#include "common/images/documents.hpp"

#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"
#include "common/os/error.hpp"

namespace lockstep::images {
namespace {

using nlohmann::json;
using oci::JsonPlace;

constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";
constexpr const char* kRefName = "org.opencontainers.image.ref.name";
constexpr const char* kIndexName = "index.json";
constexpr const char* kEpoch = "1970-01-01T00:00:00Z";

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

std::optional<std::string> name_at(const JsonPlace& entry) {
  const auto annotations = entry.find("annotations");
  const auto name = annotations ? annotations->find(kRefName) : std::nullopt;
  return name ? std::optional(name->text()) : std::nullopt;
}

/// The index without the entry of that name, still as JSON: fields that mean nothing here stay in
/// it.
json index_without(const std::string& text, const std::string& name) {
  json document = oci::parse_json(text, kIndexName);
  const JsonPlace place(document, kIndexName);
  json kept = json::array();
  size_t index = 0;
  place.each("manifests", [&](const JsonPlace& entry) {
    if (name_at(entry) != name) kept.push_back(document["manifests"][index]);
    ++index;
  });
  document["manifests"] = kept;
  return document;
}

void read_process(const JsonPlace& process, ImageConfig& config) {
  config.env = process.texts("Env");
  config.entrypoint = process.texts("Entrypoint");
  config.cmd = process.texts("Cmd");
  config.user = process.text("User");
  config.working_dir = process.text("WorkingDir");
  config.stop_signal = process.text("StopSignal");
  config.labels = process.text_map("Labels");
  config.volumes = process.keys("Volumes");
  config.exposed_ports = process.keys("ExposedPorts");
}

/// A member with that value, or none where the value is empty.
template <typename Value>
void set(json& object, const char* key, const Value& value) {
  if (value.empty()) {
    object.erase(key);
  } else {
    object[key] = value;
  }
}

/// The spec's way to write a set: {"80/tcp": {}}.
json set_of(const std::vector<std::string>& keys) {
  json out = json::object();
  for (const std::string& key : keys) out[key] = json::object();
  return out;
}

void put_process(json& process, const ImageConfig& config) {
  set(process, "Env", config.env);
  set(process, "Entrypoint", config.entrypoint);
  set(process, "Cmd", config.cmd);
  set(process, "User", config.user);
  set(process, "WorkingDir", config.working_dir);
  set(process, "StopSignal", config.stop_signal);
  set(process, "Labels", config.labels);
  set(process, "Volumes", set_of(config.volumes));
  set(process, "ExposedPorts", set_of(config.exposed_ports));
}

json history_of(const ImageConfig& config) {
  std::vector<History> steps = config.history;
  if (steps.empty()) steps.push_back({kEpoch, config.created_by, "", "", false});
  json out = json::array();
  for (const History& step : steps) {
    json entry = json::object();
    set(entry, "created", step.created);
    set(entry, "created_by", step.created_by);
    set(entry, "author", step.author);
    set(entry, "comment", step.comment);
    if (step.empty_layer) entry["empty_layer"] = true;
    out.push_back(std::move(entry));
  }
  return out;
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

std::vector<IndexEntry> read_index(const std::string& text) {
  const json document = oci::parse_json(text, kIndexName);
  const JsonPlace place(document, kIndexName);
  std::vector<IndexEntry> out;
  place.each("manifests", [&](const JsonPlace& entry) {
    out.push_back({name_at(entry), descriptor_at(entry)});
  });
  return out;
}

std::string with_entry(const std::string& text, const std::string& name,
                       const Descriptor& descriptor) {
  json document = index_without(text, name);
  json entry = json_of(descriptor);
  entry["annotations"] = {{kRefName, name}};
  document["manifests"].push_back(entry);
  return oci::write_json(document);
}

std::string without_entry(const std::string& text, const std::string& name) {
  return oci::write_json(index_without(text, name));
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

ImageConfig read_config(const std::string& text, const std::string& where) {
  const json document = oci::parse_json(text, where);
  const JsonPlace place(document, where);
  ImageConfig config;
  config.created = place.text("created");
  config.author = place.text("author");
  config.architecture = place.required("architecture").text();
  config.os = place.required("os").text();
  if (const auto process = place.find("config")) read_process(*process, config);
  const JsonPlace rootfs = place.required("rootfs");
  rootfs.each("diff_ids", [&](const JsonPlace& id) { config.diff_ids.push_back(digest_at(id)); });
  place.each("history", [&](const JsonPlace& step) {
    config.history.push_back({step.text("created"), step.text("created_by"), step.text("author"),
                              step.text("comment"), step.flag("empty_layer")});
  });
  if (!config.history.empty()) config.created_by = config.history.back().created_by;
  return config;
}

std::string write_config(const ImageConfig& config) { return rewrite_config("{}", config, ""); }

std::string rewrite_config(const std::string& base, const ImageConfig& config,
                           const std::string& where) {
  json document = oci::parse_json(base, where);
  document["created"] = config.created.empty() ? kEpoch : config.created;
  set(document, "author", config.author);
  set(document, "architecture", config.architecture);
  set(document, "os", config.os);
  json& process = document["config"];
  if (!process.is_object()) process = json::object();
  put_process(process, config);
  document["rootfs"] = {{"type", "layers"}, {"diff_ids", config.diff_ids}};
  document["history"] = history_of(config);
  return oci::write_json(document);
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
