#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/images/documents.hpp"
#include "common/os/fd.hpp"

namespace lockstep::images {

/// The way out where a blob is missing or damaged.
constexpr const char* kDamagedHint =
    "`rootfs-fetch busybox` mends the embedded image; any other: `rootfs-fetch verify --repair`, "
    "or get it anew";

/// The digits of a digest: its name below blobs/sha256 and layers/sha256. Throws Error if it is
/// none.
std::string hex_of(const std::string& digest);

/// The store, open and locked (flock(2) on its folder) until this object goes: many may look things
/// up at once, or one may change them. What is new is made complete under another name, and then
/// renamed: who is killed at any moment leaves the store whole, with something in its workshop at
/// most, which the next one who writes clears. location.hpp has the layout.
class Store {
 public:
  /// To look things up. Nothing if there is no store yet.
  static std::optional<Store> open();
  /// To change things; made if it isn't there. Throws Error for a folder that holds something else.
  static Store open_to_write();

  const std::string& path() const { return path_; }

  /// The entries of index.json.
  std::vector<IndexEntry> entries() const;
  /// What `name` points to.
  std::optional<Descriptor> find(const std::string& name) const;
  /// Makes `name` point to `descriptor`, whose blob is there already.
  void set(const std::string& name, const Descriptor& descriptor, const Origin& origin = {}) const;
  void forget(const std::string& name) const;
  /// The same for an entry that has no name.
  void forget_nameless(const std::string& digest) const;

  /// Opens a blob to read it. Throws Error that names it if it is missing, or has another size.
  Fd open_blob(const Descriptor& descriptor) const;
  /// A document's whole content.
  std::string read_blob(const Descriptor& descriptor) const;
  /// Stores `content` under its digest, which the caller has computed.
  void put_blob(const std::string& digest, const std::string& content) const;
  /// For a blob that is too large for memory: a file in the workshop, to be written, and then put
  /// under the digest of what was written.
  Fd stage_blob() const;
  void put_staged_blob(const Fd& staged, const std::string& digest) const;
  /// Takes a file of the same file system, synced, whose content has that digest.
  void adopt_blob(const Fd& folder, const std::string& name, const std::string& digest) const;
  bool has_blob(const std::string& digest) const;
  void remove_blob(const std::string& digest) const;
  /// Moves a blob out of the way, to `folder` of the same file system, under its digest's digits;
  /// false if it isn't there. adopt_blob() is the way back.
  bool lay_aside(const std::string& digest, const Fd& folder) const;
  /// The digests of all that are there; what has no digest's name is nobody's here.
  std::vector<std::string> blobs() const;
  /// A descriptor of a blob whose size is nowhere written. Throws Error if it is missing.
  Descriptor describe(const char* media_type, const std::string& digest) const;

  /// "STORE/layers/sha256/HEX", "STORE/rootfs/NAME".
  std::string layer_folder(const std::string& diff_id) const;
  std::string rootfs_folder(const std::string& name) const;

  /// A folder in the workshop, to be filled, synced, and then published as one of the two kinds
  /// above in place of what may be there.
  struct Staged {
    std::string name;
    Fd folder;
  };
  Staged stage() const;
  void publish(const Staged& staged, const std::string& folder) const;
  /// Removes one that isn't to be published after all.
  void discard(const Staged& staged) const;
  /// Removes a folder of the two kinds; nothing if it isn't there.
  void remove_folder(const std::string& folder) const;

  /// A container (STORE/containers/ID) and what it uses: that stays, whatever becomes of its image's
  /// name.
  struct Container {
    std::string id;
    std::vector<std::string> layers;      // the unpacked ones, by their diff ids
    std::optional<std::string> manifest;  // its image's, by its digest: `commit` builds on that
  };
  /// By their IDs. Throws Error where it can't be told: another user's containers.
  std::vector<Container> containers() const;

  /// What no entry of the index and no container uses.
  struct Unneeded {
    std::vector<std::string> blobs;   // their digests
    std::vector<std::string> layers;  // the unpacked ones, by their diff ids
  };
  /// Throws Error where what one of them uses can't be told because a document of it is missing or
  /// damaged.
  Unneeded unneeded() const;
  void remove(const Unneeded& unneeded) const;
  /// Both; false, and nothing is removed, where it can't be told.
  bool sweep() const;

 private:
  Store(std::string path, Fd folder) : path_(std::move(path)), folder_(std::move(folder)) {}
  void prepare();
  Fd open_below(const std::string& relative) const;
  Fd workshop() const { return open_below(kWorkshop); }
  void clear_workshop() const;
  void put_index(const std::string& text) const;
  std::string index_text() const;

  static constexpr const char* kWorkshop = ".workshop";
  static constexpr const char* kStagedBlob = "staged-blob";

  std::string path_;
  Fd folder_;
};

}  // namespace lockstep::images
