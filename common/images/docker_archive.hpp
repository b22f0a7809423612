#pragma once

#include <string>
#include <vector>

/// The list of images in what `docker save` writes. It is in no specification; Docker's own
/// description: https://github.com/moby/docker-image-spec/blob/main/v1.2.md
namespace lockstep::images {

struct DockerImage {
  std::string config;               // a file in the archive
  std::vector<std::string> names;   // "busybox:latest"
  std::vector<std::string> layers;  // files in the archive, the lowest first
};

/// Throws Error that names the place in `where`.
std::vector<DockerImage> read_docker_manifest(const std::string& text, const std::string& where);
std::string write_docker_manifest(const std::vector<DockerImage>& images);

}  // namespace lockstep::images
