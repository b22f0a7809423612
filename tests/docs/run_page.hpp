#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/docs/page.hpp"

namespace lockstep::docs {

struct Finding {
  size_t line = 0;
  std::string text;
};

/// What came of a page's blocks.
struct Report {
  size_t blocks_run = 0;
  size_t commands_run = 0;
  std::vector<Finding> skipped;
  std::vector<Finding> failures;
};

/// Types a page's commands into the terminals that it asks for, and compares. In a sandbox only.
/// `limit` is how long one command may take; if one takes longer, the rest of the page isn't run.
Report run_page(const Page& page, const std::string& directory, std::chrono::milliseconds limit);

}  // namespace lockstep::docs
