#pragma once

#include <optional>

#include "common/os/fd.hpp"
#include "rootfs-fetch/block_queue.hpp"
#include "rootfs-fetch/progress.hpp"
#include "rootfs-fetch/registry/remote.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {

/// What came is not what was asked for.
class WrongDigest : public Error {
 public:
  using Error::Error;
};

/// A blob on its way: from the registry through its hash into a file, or a queue, or both. A
/// connection that breaks is continued where it broke.
class Download {
 public:
  Download(Remote& remote, const RemoteLayer& layer, Progress::Part& part)
      : remote_(remote), layer_(layer), part_(part) {}

  /// What the file has already is taken for the blob's beginning, and not asked for again.
  void keep_in(Fd file) { file_ = std::move(file); }
  void hand_to(BlockQueue& queue) { queue_ = &queue; }

  /// Gets all of it. Throws WrongDigest, TransferError, SysError.
  void run(Http& http);
  /// From another thread: it is in vain.
  void abandon() { abandoned_ = true; }
  /// Whether a part of it was there before.
  bool was_continued() const { return continued_; }

 private:
  uint64_t size() const { return static_cast<uint64_t>(layer_.blob.size); }
  void take_from_file();
  void take(std::string_view data);
  void hand_on(std::string_view data);
  void hand_on_rest();

  Remote& remote_;
  const RemoteLayer& layer_;
  Progress::Part& part_;
  Fd file_;
  BlockQueue* queue_ = nullptr;
  std::optional<BlockQueue::Block> block_;  // being filled
  Sha256 hash_;
  uint64_t at_ = 0;
  bool continued_ = false;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace lockstep::fetch
