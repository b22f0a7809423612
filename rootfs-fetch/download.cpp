#include "rootfs-fetch/download.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/images/durable.hpp"
#include "rootfs-fetch/registry/patience.hpp"

namespace lockstep::fetch {
namespace {

/// Who answered a moment ago will be there again.
TransferError again(const TransferError& error) {
  if (error.kind() != TransferError::Kind::kUnreachable) return error;
  return {TransferError::Kind::kAgain, error.what(), error.hint(), error.wait()};
}

}  // namespace

void Download::run(Http& http) {
  if (file_) take_from_file();
  Patience patience(http.stop());
  while (at_ < size()) {
    const uint64_t before = at_;
    try {
      remote_.blob(http, layer_, at_, [this](std::string_view data) { take(data); });
    } catch (const TransferError& error) {
      if (at_ > before) patience.encourage();
      patience.wait_or_throw(again(error));
    }
  }
  hand_on_rest();
  const std::string found = hash_.digest();
  if (found != layer_.blob.digest) {
    throw WrongDigest(
        fmt::format("the blob {}: what came has the digest {}", layer_.blob.digest, found),
        "somebody between here and the registry has changed it, or the registry is damaged");
  }
}

void Download::take_from_file() {
  Fd file = std::move(file_);  // what is in it isn't written again
  std::vector<char> buffer(size_t{256} << 10U);
  while (at_ < size()) {
    const size_t most = static_cast<size_t>(std::min<uint64_t>(buffer.size(), size() - at_));
    const ssize_t count = ::read(file.get(), buffer.data(), most);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SysError(errno, "read(the blob's beginning)");
    if (count == 0) break;
    continued_ = true;
    take({buffer.data(), static_cast<size_t>(count)});
  }
  if (::ftruncate(file.get(), static_cast<off_t>(at_)) != 0)
    throw SysError(errno, "ftruncate(the blob)");
  file_ = std::move(file);
}

void Download::take(std::string_view data) {
  if (abandoned_) throw Error("stopped");
  if (file_) images::write_to_disk(file_, data, "the blob");
  hash_.update(data);
  hand_on(data);
  at_ += data.size();
  part_.add(data.size());
}

void Download::hand_on(std::string_view data) {
  while (queue_ != nullptr && !data.empty()) {
    if (!block_) block_ = queue_->empty();
    if (!block_) {  // the reader has had enough; here it goes on to the digest
      queue_ = nullptr;
      return;
    }
    const size_t count = std::min(block_->room.size() - block_->size, data.size());
    std::memcpy(block_->room.data() + block_->size, data.data(), count);
    block_->size += count;
    data.remove_prefix(count);
    if (block_->size == block_->room.size()) hand_on_rest();
  }
}

void Download::hand_on_rest() {
  if (queue_ != nullptr && block_ && block_->size > 0) queue_->push(std::move(*block_));
  block_.reset();
}

}  // namespace lockstep::fetch
