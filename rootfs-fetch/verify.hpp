#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "common/images/store.hpp"

namespace lockstep::fetch {

/// What is wrong with a blob, with an image's way to it, or with an unpacked layer.
struct Damage {
  std::string digest;  // of the layer its diff id
  std::string problem;
  std::set<std::string> images;  // that need it; none: nobody does
  bool is_unpacked_layer = false;
};

struct Verdict {
  size_t blobs = 0;
  int64_t bytes = 0;
  size_t images = 0;
  std::vector<Damage> damages;
  std::set<std::string> without_blobs;  // images whose layers were not kept as they came
  bool is_complete = true;  // every image's documents could be read, and so what it needs is known
};

/// Reads every blob of the store: whether its content has its digest; and whether every image has
/// all of its blobs, of the right size, layers whose tars have their diff ids, and each of them
/// unpacked. That a layer's blob is missing is no damage where it was not to be kept. Nobody looks
/// into what is unpacked.
Verdict verify(const images::Store& store);

}  // namespace lockstep::fetch
