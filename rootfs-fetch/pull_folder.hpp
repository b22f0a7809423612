#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/os/fd.hpp"
#include "rootfs-fetch/registry/stop.hpp"

namespace lockstep::fetch {

/// A layer on its way: STORE/.pulls/HEX, by its blob's digest. Who works on it has it locked
/// (flock(2)); what is done in there stays if its maker is killed, and is taken up by the next one,
/// or used by another one who waited. Nothing in there is an image's yet.
///
///     blob    as much of the blob as has come
///     whole   all of it, with its digest verified
///     tree/   a layer that is being unpacked; of no use to anybody else
///     HEX/    the layer, whole, by its diff id
class PullFolder {
 public:
  /// Makes it, if it isn't there, and waits until it is free; `on_wait` is called where there is
  /// something to wait for. Throws Error where `stop` is requested meanwhile.
  static PullFolder lock(const std::string& store, const std::string& digest, Stop& stop,
                         const std::function<void()>& on_wait);
  /// If it is there, and free.
  static std::optional<PullFolder> lock_if_free(const std::string& store, const std::string& name);

  const Fd& folder() const { return folder_; }
  bool has(const std::string& name) const;
  bool has_whole_blob() const { return has(kWhole); }
  bool has_layer(const std::string& diff_id) const;

  /// Its blob, to be read and written from its start.
  Fd open_blob() const;
  Fd open_whole_blob() const;
  void blob_is_whole() const { rename(kBlob, kWhole); }
  void drop_blob() const;
  void drop_layer() const;
  /// A new folder for the layer's files.
  Fd begin_layer() const;
  void layer_is_whole(const std::string& diff_id) const;
  /// All of it, if it isn't somebody else's again.
  void remove();

  /// If it is there; not locked.
  static std::optional<PullFolder> find(const std::string& store, const std::string& name) {
    return open(store, name);
  }
  /// "STORE/.pulls"
  static std::string all(const std::string& store);

  static constexpr const char* kWhole = "whole";

 private:
  PullFolder(std::string path, Fd parent, Fd folder, std::string name)
      : path_(std::move(path)),
        parent_(std::move(parent)),
        folder_(std::move(folder)),
        name_(std::move(name)) {}
  static std::optional<PullFolder> open(const std::string& store, const std::string& name);
  bool is_still_there() const;
  bool lock_now() const;
  void rename(const char* from, const char* to) const;

  static constexpr const char* kBlob = "blob";
  static constexpr const char* kTree = "tree";

  std::string path_;
  Fd parent_;
  Fd folder_;
  std::string name_;
};

/// Kept as long as a pull is under way: nothing of it counts as left by one that was killed.
Fd pull_under_way(const std::string& store);

/// What a pull that was killed has left of a layer, and nobody works on now.
struct Leftover {
  std::string digest;  // the blob's
  int64_t size = 0;    // on the disk
};
std::vector<Leftover> leftovers(const std::string& store);
/// Removes all of them.
void clear_leftovers(const std::string& store);

}  // namespace lockstep::fetch
