#pragma once

#include <sys/stat.h>

#include <functional>
#include <string>
#include <string_view>

#include "common/os/fd.hpp"

namespace lockstep::fetch {

/// Reads a file that somebody may be writing: as it was at one moment. A small one is read until
/// nobody has written to it meanwhile, a large one once; if it changed, that is an Error.
class StillFile {
 public:
  /// `file` is open for reading; `path` is what errors call it.
  StillFile(Fd file, std::string path);

  /// As they were at that moment.
  const struct stat& status() const { return status_; }
  /// Gives all of the content to `write`: as many bytes as status() says. Throws Error.
  void read(const std::function<void(std::string_view)>& write) const;

 private:
  struct stat look() const;
  bool still_as_it_was() const;
  bool read_whole();
  [[noreturn]] void fail_changed() const;

  Fd file_;
  std::string path_;
  struct stat status_ {};
  bool in_memory_ = false;
  std::string content_;
};

}  // namespace lockstep::fetch
