#pragma once

#include <cstddef>

namespace lockstep::fetch {

/// Bytes that come one after the other: a file's, a download's, those of another source inflated.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ByteSource(ByteSource&&) = delete;
  ByteSource& operator=(ByteSource&&) = delete;
  virtual ~ByteSource() = default;

  /// Fills `buffer` with up to `size` bytes; 0 is the end. Throws Error.
  virtual size_t read(char* buffer, size_t size) = 0;
};

}  // namespace lockstep::fetch
