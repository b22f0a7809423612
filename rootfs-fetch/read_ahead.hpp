#pragma once

#include <string_view>
#include <thread>

#include "rootfs-fetch/block_queue.hpp"
#include "rootfs-fetch/byte_source.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {

class SizeLimit;

/// Reads a source in a thread of its own, hashes what it reads, and keeps a few blocks in stock: so
/// one thread inflates while another writes files.
class ReadAhead {
 public:
  /// `source` must outlive it; `limit` may be nullptr.
  ReadAhead(ByteSource& source, SizeLimit* limit);
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ReadAhead(ReadAhead&&) = delete;
  ReadAhead& operator=(ReadAhead&&) = delete;
  /// Stops: the source is not read to its end.
  ~ReadAhead();

  /// The next bytes, valid until the next call; empty at the end. Throws what the source throws.
  std::string_view next();
  /// The digest of all that the source had; to be called once, at the end.
  std::string digest() { return hash_.digest(); }

 private:
  void read_all(ByteSource& source, SizeLimit* limit);
  bool read_block(ByteSource& source, SizeLimit* limit);

  BlockQueue queue_;
  Sha256 hash_;
  std::optional<BlockQueue::Block> current_;
  std::thread thread_;
};

}  // namespace lockstep::fetch
