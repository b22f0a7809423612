#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "rootfs-fetch/image.hpp"

/// Images of the store as one tar. Each blob stands in it once, and was verified before.
namespace lockstep::fetch {

using WriteArchive = std::function<void(std::string_view)>;

/// An OCI image layout: `skopeo`'s and `podman`'s oci-archive.
void write_oci_archive(const images::Store& store, const std::vector<Image>& images,
                       const WriteArchive& write);

/// As `docker save` writes it: the layers as plain tars. A name that Docker couldn't have is left
/// out.
void write_docker_archive(const images::Store& store, const std::vector<Image>& images,
                          const WriteArchive& write);

}  // namespace lockstep::fetch
