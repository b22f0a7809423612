#include "rootfs-fetch/block_queue.hpp"

namespace lockstep::fetch {

BlockQueue::BlockQueue(size_t blocks, size_t block_size) : empty_(blocks) {
  for (Block& block : empty_) block.room.resize(block_size);
}

std::optional<BlockQueue::Block> BlockQueue::empty() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return given_up_ || !empty_.empty(); });
  if (given_up_) return std::nullopt;
  Block block = std::move(empty_.back());
  empty_.pop_back();
  block.size = 0;
  return block;
}

void BlockQueue::push(Block block) {
  {
    const std::lock_guard lock(mutex_);
    full_.push_back(std::move(block));
  }
  changed_.notify_one();
}

void BlockQueue::end(std::exception_ptr error) {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    error_ = std::move(error);
  }
  changed_.notify_one();
}

std::optional<BlockQueue::Block> BlockQueue::pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || !full_.empty(); });
  if (full_.empty()) {
    if (error_) std::rethrow_exception(error_);
    return std::nullopt;
  }
  Block block = std::move(full_.front());
  full_.pop_front();
  return block;
}

void BlockQueue::give_back(Block block) {
  {
    const std::lock_guard lock(mutex_);
    empty_.push_back(std::move(block));
  }
  changed_.notify_one();
}

void BlockQueue::give_up() {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  changed_.notify_one();
}

}  // namespace lockstep::fetch
