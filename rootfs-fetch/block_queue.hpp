#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace lockstep::fetch {

/// Bytes on their way from one thread to another. A fixed number of blocks goes round, so that
/// memory stays bounded: who is faster waits.
class BlockQueue {
 public:
  struct Block {
    std::vector<char> room;
    size_t size = 0;  // of what is in it

    std::string_view text() const { return {room.data(), size}; }
  };

  BlockQueue(size_t blocks, size_t block_size);

  // For the one who writes.
  /// An empty block; nothing if the reader has given up.
  std::optional<Block> empty();
  void push(Block block);
  /// No more come; with an error: the reader is to throw it.
  void end(std::exception_ptr error = nullptr);

  // For the one who reads.
  /// The next one; nothing at the end. Rethrows the writer's error.
  std::optional<Block> pop();
  void give_back(Block block);
  /// Wants no more: the writer is told.
  void give_up();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> full_;
  std::vector<Block> empty_;
  bool ended_ = false;
  bool given_up_ = false;
  std::exception_ptr error_;
};

}  // namespace lockstep::fetch
