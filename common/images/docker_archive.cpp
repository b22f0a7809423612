#include "common/images/docker_archive.hpp"

#include <nlohmann/json.hpp>

#include "common/oci/json_document.hpp"
#include "common/oci/json_place.hpp"

namespace lockstep::images {

using nlohmann::json;
using oci::JsonPlace;

std::vector<DockerImage> read_docker_manifest(const std::string& text, const std::string& where) {
  const json document = {{"images", oci::parse_json(text, where)}};
  std::vector<DockerImage> out;
  JsonPlace(document, where).each("images", [&](const JsonPlace& image) {
    out.push_back(
        {image.required("Config").text(), image.texts("RepoTags"), image.texts("Layers")});
  });
  return out;
}

std::string write_docker_manifest(const std::vector<DockerImage>& images) {
  json out = json::array();
  for (const DockerImage& image : images) {
    out.push_back({{"Config", image.config},
                   {"RepoTags", image.names.empty() ? json() : json(image.names)},
                   {"Layers", image.layers}});
  }
  return oci::write_json(out);
}

}  // namespace lockstep::images
