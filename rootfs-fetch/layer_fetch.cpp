#include "rootfs-fetch/layer_fetch.hpp"

#include <fcntl.h>

#include <cstring>
#include <thread>

#include "common/images/store.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/download.hpp"
#include "rootfs-fetch/file_source.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"
#include "rootfs-fetch/unpack.hpp"

namespace lockstep::fetch {
namespace {

constexpr size_t kBlocks = 16;
constexpr size_t kBlockSize = 64U << 10U;

/// The other end of a download.
class QueueSource : public ByteSource {
 public:
  explicit QueueSource(BlockQueue& queue) : queue_(queue) {}

  size_t read(char* buffer, size_t size) override {
    if (block_ && at_ == block_->size) {
      queue_.give_back(std::move(*block_));
      block_.reset();
    }
    if (!block_) {
      block_ = queue_.pop();
      at_ = 0;
      if (!block_) return 0;
    }
    const size_t count = std::min(size, block_->size - at_);
    std::memcpy(buffer, block_->room.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  BlockQueue& queue_;
  std::optional<BlockQueue::Block> block_;
  size_t at_ = 0;
};

std::string blob_path(const std::string& store, const std::string& digest) {
  return store + "/blobs/sha256/" + images::hex_of(digest);
}

}  // namespace

LayerFetch::Missing LayerFetch::missing(const std::string& store, const WantedLayer& wanted,
                                        bool keep_blobs) {
  return {!exists(store + "/layers/sha256/" + images::hex_of(wanted.diff_id)),
          keep_blobs && !exists(blob_path(store, wanted.remote.blob.digest))};
}

void LayerFetch::get(const WantedLayer& wanted, Progress::Part& part) {
  if (!missing(store_, wanted, keep_blobs_).any()) return part.finish("is there already");
  PullFolder folder = PullFolder::lock(store_, wanted.remote.blob.digest, stop_,
                                       [&] { part.is("comes by another pull"); });
  try {
    get_locked(folder, wanted, part);
  } catch (const Error&) {
    folder.drop_layer();  // of the blob, what has come so far can be continued
    throw;
  }
}

void LayerFetch::get_locked(PullFolder& folder, const WantedLayer& wanted, Progress::Part& part) {
  Missing missing = LayerFetch::missing(store_, wanted, keep_blobs_);
  missing.layer = missing.layer && !folder.has_layer(wanted.diff_id);
  missing.blob = missing.blob && !folder.has_whole_blob();
  if (!missing.any()) return part.finish("is there already");
  const auto stored =
      sys::open_if_there(blob_path(store_, wanted.remote.blob.digest), O_RDONLY | O_NOFOLLOW);
  if (missing.layer && (stored || folder.has_whole_blob())) {
    part.is("is unpacked");
    unpack_file(folder, stored ? stored->duplicate() : folder.open_whole_blob(), wanted);
    return part.finish("unpacked");
  }
  download(folder, wanted, missing.layer, part);
  part.finish(missing.layer ? "fetched and unpacked" : "fetched");
}

void LayerFetch::unpack_file(const PullFolder& folder, Fd blob, const WantedLayer& wanted) {
  FileSource source(std::move(blob), wanted.remote.blob.digest);
  const Fd tree = folder.begin_layer();
  unpack_layer(source, wanted.remote.blob, wanted.diff_id, tree, &limit_);
  folder.layer_is_whole(wanted.diff_id);
}

void LayerFetch::download(PullFolder& folder, const WantedLayer& wanted, bool unpack,
                          Progress::Part& part) {
  while (!download_once(folder, wanted, unpack, part)) part.start_over();
}

/// False if what was there before was not the blob's beginning.
bool LayerFetch::download_once(PullFolder& folder, const WantedLayer& wanted, bool unpack,
                               Progress::Part& part) {
  part.is("is fetched");
  Download download(remote_, wanted.remote, part);
  if (keep_blobs_) download.keep_in(folder.open_blob());
  try {
    unpack ? unpack_meanwhile(download, folder, wanted) : download.run(http_);
  } catch (const WrongDigest&) {
    folder.drop_blob();
    if (download.was_continued()) return false;
    throw;
  }
  if (keep_blobs_) folder.blob_is_whole();
  return true;
}

void LayerFetch::unpack_meanwhile(Download& download, const PullFolder& folder,
                                  const WantedLayer& wanted) {
  BlockQueue queue(kBlocks, kBlockSize);
  download.hand_to(queue);
  std::exception_ptr broken;
  std::thread thread([&] {
    try {
      download.run(http_);
    } catch (...) {
      broken = std::current_exception();
    }
    queue.end(broken);
  });
  std::exception_ptr refused;
  bool by_system = false;
  try {
    QueueSource source(queue);
    const Fd tree = folder.begin_layer();
    unpack_layer(source, wanted.remote.blob, wanted.diff_id, tree, &limit_);
  } catch (const SysError&) {
    refused = std::current_exception();
    by_system = true;
    download.abandon();
  } catch (
      const Error&) {  // it may be damaged: then its digest says so, which is the better reason
    refused = std::current_exception();
  }
  queue.give_up();
  thread.join();
  if (broken && !by_system) std::rethrow_exception(broken);
  if (refused) std::rethrow_exception(refused);
  folder.layer_is_whole(wanted.diff_id);
}

}  // namespace lockstep::fetch
