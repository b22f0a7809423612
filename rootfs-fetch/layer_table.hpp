#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rootfs-fetch/image.hpp"

namespace lockstep::fetch {

/// A step of an image's making, and the layer that it made, if it did.
struct LayerRow {
  std::string digest;  // empty: only settings were changed
  std::string diff_id;
  int64_t size = 0;
  std::optional<int64_t> unpacked;  // on the disk; nothing where it isn't there
  images::History history;
};

/// The oldest first. Where the history doesn't match the layers it is left out: the layers are what
/// counts.
std::vector<LayerRow> layer_rows(const Image& image, const images::Store& store);

/// The rows as a table for a terminal of so many columns (0: as wide as it gets).
std::string layer_table(const std::vector<LayerRow>& rows, size_t columns);

}  // namespace lockstep::fetch
