#pragma once

#include <string>

#include "rootfs-fetch/progress.hpp"
#include "rootfs-fetch/pull_folder.hpp"
#include "rootfs-fetch/registry/remote.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {

/// A layer that a pull needs.
struct WantedLayer {
  RemoteLayer remote;
  std::string diff_id;
};

/// Gets layers into the store's .pulls, one after the other: unpacked while they are downloaded. A
/// thread has its own.
class LayerFetch {
 public:
  LayerFetch(std::string store, Remote& remote, SizeLimit& limit, bool keep_blobs, Stop& stop)
      : store_(std::move(store)),
        remote_(remote),
        limit_(limit),
        keep_blobs_(keep_blobs),
        stop_(stop),
        http_(stop) {}

  /// When it returns, the layer is in .pulls or in the store, and so is its blob if blobs are kept:
  /// each with its digest verified. Throws Error; of a layer that is refused nothing is left.
  void get(const WantedLayer& wanted, Progress::Part& part);

  /// What the store lacks of a layer.
  struct Missing {
    bool layer = false;
    bool blob = false;
    bool any() const { return layer || blob; }
  };
  static Missing missing(const std::string& store, const WantedLayer& wanted, bool keep_blobs);

 private:
  void get_locked(PullFolder& folder, const WantedLayer& wanted, Progress::Part& part);
  void download(PullFolder& folder, const WantedLayer& wanted, bool unpack, Progress::Part& part);
  bool download_once(PullFolder& folder, const WantedLayer& wanted, bool unpack,
                     Progress::Part& part);
  void unpack_meanwhile(class Download& download, const PullFolder& folder,
                        const WantedLayer& wanted);
  void unpack_file(const PullFolder& folder, Fd blob, const WantedLayer& wanted);

  const std::string store_;
  Remote& remote_;
  SizeLimit& limit_;
  const bool keep_blobs_;
  Stop& stop_;
  Http http_;
};

}  // namespace lockstep::fetch
