// An image's config, the image-spec's config.md.

#include <nlohmann/json.hpp>

#include "common/images/documents.hpp"
#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"

namespace lockstep::images {
namespace {

using nlohmann::json;
using oci::JsonPlace;

constexpr const char* kEpoch = "1970-01-01T00:00:00Z";

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

}  // namespace

ImageConfig read_config(const std::string& text, const std::string& where) {
  const json document = oci::parse_json(text, where);
  const JsonPlace place(document, where);
  ImageConfig config;
  config.created = place.text("created");
  config.author = place.text("author");
  config.architecture = place.required("architecture").text();
  config.os = place.required("os").text();
  config.variant = place.text("variant");
  if (const auto process = place.find("config")) read_process(*process, config);
  const JsonPlace rootfs = place.required("rootfs");
  rootfs.each("diff_ids", [&](const JsonPlace& id) {
    config.diff_ids.push_back(id.text());
    if (!is_digest(config.diff_ids.back())) id.expected("sha256: and 64 hexadecimal digits");
  });
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
  set(document, "variant", config.variant);
  json& process = document["config"];
  if (!process.is_object()) process = json::object();
  put_process(process, config);
  document["rootfs"] = {{"type", "layers"}, {"diff_ids", config.diff_ids}};
  document["history"] = history_of(config);
  return oci::write_json(document);
}

}  // namespace lockstep::images
