#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/images/documents.hpp"
#include "common/os/fd.hpp"
#include "rootfs-fetch/archive_handle.hpp"
#include "rootfs-fetch/sha256.hpp"

struct archive_entry;

namespace lockstep::fetch {

/// A layer as a stream of entries. Two of libarchive's readers, one behind the other: the first
/// only decompresses, so that the diff id, which is of the plain tar, can be computed between the
/// two.
class LayerReader {
 public:
  /// `blob` is positioned at its start. Throws Error for a media type that is not a layer's.
  LayerReader(Fd blob, const images::Descriptor& layer);
  LayerReader(const LayerReader&) = delete;
  LayerReader& operator=(const LayerReader&) = delete;
  LayerReader(LayerReader&&) = delete;  // the readers inside point to it
  LayerReader& operator=(LayerReader&&) = delete;
  ~LayerReader() = default;

  /// The next entry, valid until the next call; nullptr at the end. Throws Error.
  archive_entry* next();
  /// Gives the entry's content to `write(data, offset)`, piece by piece; holes are left out.
  template <typename Write>
  void read_content(Write write) {
    const void* data = nullptr;
    size_t size = 0;
    for (la_int64_t offset = 0; next_block(data, size, offset);) {
      write(std::string_view(static_cast<const char*>(data), size), offset);
    }
  }
  /// The digest of the whole tar; to be called once, after the last entry.
  std::string diff_id();

 private:
  static la_ssize_t feed(archive* tar, void* self, const void** data);
  bool next_block(const void*& data, size_t& size, la_int64_t& offset);
  [[noreturn]] void fail_reading();

  Fd blob_;
  std::string name_;
  std::vector<char> buffer_;
  Sha256 hash_;
  Reader plain_;
  Reader tar_;
};

}  // namespace lockstep::fetch
