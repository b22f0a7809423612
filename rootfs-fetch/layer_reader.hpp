#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "common/images/documents.hpp"
#include "rootfs-fetch/archive_handle.hpp"
#include "rootfs-fetch/byte_source.hpp"
#include "rootfs-fetch/read_ahead.hpp"

struct archive_entry;

namespace lockstep::fetch {

/// A layer as a stream of entries. One thread inflates it and computes the diff id, which is of the
/// plain tar; the caller's takes the tar apart, by libarchive.
class LayerReader {
 public:
  /// `blob`, which must outlive it, is the layer as it is stored. Throws Error for a media type that
  /// is not a layer's.
  LayerReader(ByteSource& blob, const images::Descriptor& layer, SizeLimit* limit);
  LayerReader(const LayerReader&) = delete;
  LayerReader& operator=(const LayerReader&) = delete;
  LayerReader(LayerReader&&) = delete;  // libarchive points to it
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
  /// What is missing behind the last file's content, for some tools (umoci insert) end there: zeros.
  /// Nothing where content is missing, too.
  std::string_view padding() const;
  bool next_block(const void*& data, size_t& size, la_int64_t& offset);
  [[noreturn]] void fail_reading();
  [[noreturn]] void fail_with(const Error& error);

  std::string name_;
  std::unique_ptr<ByteSource> plain_;
  ReadAhead ahead_;
  uint64_t fed_ = 0;          // to libarchive
  la_int64_t size_ = 0;       // of the entry's content
  la_int64_t left_ = 0;       // of it, still to come
  std::exception_ptr error_;  // of the source: it can't travel through libarchive
  Reader tar_;
};

}  // namespace lockstep::fetch
