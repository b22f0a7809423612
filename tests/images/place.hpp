#pragma once

#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/images/location.hpp"
#include "common/images/store.hpp"
#include "common/os/files.hpp"
#include "tests/support/doctest.hpp"
#include "tests/support/temp_dir.hpp"

namespace lockstep::testing {

/// A store, a folder to unpack into, and one outside that a hostile layer is after.
struct Place {
  TempDir top;
  images::Store store;
  std::string root = top / "around/root";
  std::string outside = top / "outside";

  Place() : store(make_store(top)) {
    std::filesystem::create_directories(root);
    std::filesystem::create_directory(outside);
    std::ofstream(outside + "/victim") << "untouched";
  }
  static images::Store make_store(const TempDir& top) {
    images::use_store(top / "store");
    return images::Store::open_to_write();
  }

  Fd open_root() const { return sys::open(root, O_RDONLY | O_DIRECTORY); }
  std::string content(const std::string& name) const { return text_of(root + "/" + name); }

  /// Nothing came to be beside the root, and what was outside is as it was.
  void check_untouched() const {
    namespace fs = std::filesystem;
    CHECK(std::distance(fs::directory_iterator(top / "around"), {}) == 1);
    CHECK(std::distance(fs::directory_iterator(outside), {}) == 1);
    CHECK(text_of(outside + "/victim") == "untouched");
    CHECK(fs::hard_link_count(outside + "/victim") == 1);
  }

 private:
  static std::string text_of(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

}  // namespace lockstep::testing
