#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/docs/page.hpp"
#include "tests/docs/run_page.hpp"

namespace lockstep::docs {

struct Places {
  std::filesystem::path source;  // the clone, absolute
  std::filesystem::path build;   // its build
};

/// Holds pages to what they say, and prints what they don't hold. Each of the three returns an exit
/// status.
class Check {
 public:
  /// Throws Error for a file that can't be read or is not in the clone.
  Check(Places places, const std::vector<std::filesystem::path>& files);

  /// Compares the lines that pages take from sources.
  int lines();
  /// Writes them anew.
  int update();
  /// Runs every console block; `limit` is for one command. 77 where there can't be a sandbox.
  int run(std::chrono::milliseconds limit);

 private:
  void fail(const Page& page, size_t line, const std::string& text);
  void check_page(const Page& page);
  void check_inclusion(const Page& page, const Inclusion& inclusion);
  void print_findings(const Page& page, const Report& report);
  void run_in_sandbox(const Page& page, std::chrono::milliseconds limit);

  Places places_;
  std::vector<std::pair<Page, std::string>> pages_;  // with their text
  size_t failures_ = 0;
  size_t blocks_ = 0;
  size_t commands_ = 0;
  size_t pages_run_ = 0;
  size_t skipped_ = 0;
};

/// README.md and every page below docs/, in order.
std::vector<std::filesystem::path> all_pages(const Places& places);

}  // namespace lockstep::docs
