#pragma once

#include <string>
#include <vector>

#include "common/images/documents.hpp"
#include "rootfs-fetch/layer_fetch.hpp"

namespace lockstep::fetch {

/// An image that is to come into the store.
struct PlannedImage {
  std::string name;
  RemoteImage remote;  // its layers are below
  std::string config_text;
  images::ImageConfig config;
  std::vector<WantedLayer> layers;  // the lowest first
  images::Origin origin{};
};

/// Whether the store has all of it already, under its name and from there, with its documents
/// undamaged.
bool is_published(const PlannedImage& image);

/// Forgets what has come of it so far, except what somebody else is at work on.
void forget(const PlannedImage& image);

/// Moves what is in .pulls to its place in the store, and gives the image its name, last. False if a
/// layer is missing: somebody has cleared the store meanwhile.
bool publish(const PlannedImage& image);

}  // namespace lockstep::fetch
