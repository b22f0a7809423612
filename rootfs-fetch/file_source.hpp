#pragma once

#include <unistd.h>

#include <cerrno>
#include <string>

#include "common/os/error.hpp"
#include "common/os/fd.hpp"
#include "rootfs-fetch/byte_source.hpp"

namespace lockstep::fetch {

/// A file from where it stands to its end.
class FileSource : public ByteSource {
 public:
  /// `name` is what errors call it.
  FileSource(Fd file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}

  size_t read(char* buffer, size_t size) override {
    while (true) {
      const ssize_t count = ::read(file_.get(), buffer, size);
      if (count >= 0) return static_cast<size_t>(count);
      if (errno != EINTR) throw SysError(errno, fmt::format("read({})", quoted(name_)));
    }
  }

 private:
  Fd file_;
  std::string name_;
};

}  // namespace lockstep::fetch
