#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/lessons/step.hpp"

namespace lockstep::lessons {

/// A folder on the host to be shown as a volume, open to all: from lesson 06 on the container's
/// root is somebody else on the host. Removed at the end.
class HostFolder {
 public:
  explicit HostFolder(Step& step) : path_(step.sandbox().folder + "/" + step.new_name()) {
    std::filesystem::create_directory(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::all);
  }
  HostFolder(const HostFolder&) = delete;
  HostFolder& operator=(const HostFolder&) = delete;
  ~HostFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(path_ + "/" + file) << text;
    std::filesystem::permissions(path_ + "/" + file, std::filesystem::perms(0666));
  }
  /// Empty if there is no such file.
  std::string read(const std::string& file) const {
    std::ifstream in(path_ + "/" + file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::string path_;
};

}  // namespace lockstep::lessons
