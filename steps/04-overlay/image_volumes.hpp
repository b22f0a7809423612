#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/images/owners.hpp"
#include "common/oci/config.hpp"
#include "common/os/fd.hpp"

/// Lesson 04: the folders that an image declares to be volumes ("Volumes" in its config): what is
/// written there is to be no part of the container's layer. Each gets a folder of the sandbox's,
/// which begins with what the image has there, unless the command line mounts something at it.
/// See: the image-spec's config.md, conversion.md
namespace lockstep::overlay {

/// Adds a mount for each of `paths` at which there is none yet; `sandbox` is where their folders
/// will be. Throws Error for a path that can't be one.
void add_image_volumes(oci::Config& config, const std::vector<std::string>& paths,
                       const std::string& sandbox);

/// How many of `mounts` these are.
size_t count_image_volumes(const oci::Config& config);

/// Makes their folders in a sandbox that is being made.
void make_image_volumes(const Fd& sandbox, size_t count);

/// Whether it is one of them.
bool is_image_volume(const oci::Config& config, const oci::Mount& mount);

/// When `root.path` is what the image has: copies into each what is there. Where that belongs to
/// `owners` already, so does a volume of which the image has nothing.
void fill_image_volumes(const oci::Config& config, const images::Owners& owners = {});

}  // namespace lockstep::overlay
