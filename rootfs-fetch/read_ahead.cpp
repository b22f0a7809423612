#include "rootfs-fetch/read_ahead.hpp"

#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {
namespace {

constexpr size_t kBlocks = 6;
constexpr size_t kBlockSize = 256U << 10U;

}  // namespace

ReadAhead::ReadAhead(ByteSource& source, SizeLimit* limit)
    : queue_(kBlocks, kBlockSize), thread_([this, &source, limit] { read_all(source, limit); }) {}

ReadAhead::~ReadAhead() {
  queue_.give_up();
  thread_.join();
}

std::string_view ReadAhead::next() {
  if (current_) queue_.give_back(std::move(*current_));
  current_ = queue_.pop();
  return current_ ? current_->text() : std::string_view();
}

void ReadAhead::read_all(ByteSource& source, SizeLimit* limit) {
  try {
    while (read_block(source, limit)) {
    }
    queue_.end();
  } catch (...) {
    queue_.end(std::current_exception());
  }
}

bool ReadAhead::read_block(ByteSource& source, SizeLimit* limit) {
  auto block = queue_.empty();
  if (!block) return false;
  block->size = source.read(block->room.data(), block->room.size());
  if (block->size == 0) return false;
  if (limit != nullptr) limit->take(block->size);
  hash_.update(block->text());
  queue_.push(std::move(*block));
  return true;
}

}  // namespace lockstep::fetch
