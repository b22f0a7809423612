#pragma once

#include <archive_entry.h>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rootfs-fetch/archive_handle.hpp"

namespace lockstep::fetch {

struct FreeEntry {
  void operator()(archive_entry* entry) const { ::archive_entry_free(entry); }
};
using TarHeader = std::unique_ptr<archive_entry, FreeEntry>;

/// A header for that path: no content, root's, of 1970.
TarHeader header_of(const std::string& path);

/// A tar that is given away piece by piece, as it is written: in the format of POSIX 2001 ("pax"),
/// with times in nanoseconds and attributes as GNU tar and Go have them.
class TarWriter {
 public:
  using Write = std::function<void(std::string_view)>;

  /// What `write` throws, the method that led to it throws. `write` must outlive this object.
  explicit TarWriter(const Write& write);
  TarWriter(const TarWriter&) = delete;  // libarchive points to it
  TarWriter& operator=(const TarWriter&) = delete;

  void add(const TarHeader& header);
  /// Content of the last header's file: all together as much as that says.
  void add_content(std::string_view data);
  void finish();

 private:
  static la_ssize_t pass_on(archive* tar, void* self, const void* data, size_t size);
  void check(int result);

  const Write& write_;
  std::exception_ptr thrown_;
  Writer tar_;
};

}  // namespace lockstep::fetch
