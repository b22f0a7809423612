#pragma once

#include <archive.h>

#include <memory>
#include <string>

#include "common/os/error.hpp"

namespace lockstep::fetch {

struct FreeReader {
  void operator()(archive* reader) const { ::archive_read_free(reader); }
};
struct FreeWriter {
  void operator()(archive* writer) const { ::archive_write_free(writer); }
};
using Reader = std::unique_ptr<archive, FreeReader>;
using Writer = std::unique_ptr<archive, FreeWriter>;

/// Throws what libarchive has to say: `what` is what was being done.
[[noreturn]] inline void fail(archive* handle, const std::string& what,
                              const std::string& hint = "") {
  const char* why = ::archive_error_string(handle);
  throw Error(fmt::format("{}: {}", what, why != nullptr ? why : "unknown error"), hint);
}

}  // namespace lockstep::fetch
