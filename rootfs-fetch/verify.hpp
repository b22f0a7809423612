#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "common/images/store.hpp"

namespace lockstep::fetch {

/// What is wrong with a blob, or with an image's way to it.
struct Damage {
  std::string digest;
  std::string problem;
  std::set<std::string> images;  // that need it; none: nobody does
};

struct Verdict {
  size_t blobs = 0;
  int64_t bytes = 0;
  size_t images = 0;
  std::vector<Damage> damages;
};

/// Reads every blob of the store: whether its content has its digest; and whether every image has
/// all of its blobs, of the right size, and layers whose tars have their diff ids. A layer whose blob
/// was not kept is no damage where it is unpacked.
Verdict verify(const images::Store& store);

}  // namespace lockstep::fetch
