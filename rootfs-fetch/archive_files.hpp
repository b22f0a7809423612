#pragma once

#include <map>
#include <string>

#include "common/os/fd.hpp"
#include "rootfs-fetch/archive_handle.hpp"

namespace lockstep::fetch {

class SizeLimit;

/// The files of a tar that is somebody else's: each under its digest in a folder of ours, whatever
/// its name is in the tar; the names only lead to the digests.
class ArchiveFiles {
 public:
  struct File {
    std::string digest;
    int64_t size = 0;
  };

  /// Reads the whole tar, plain or compressed by gzip, zstd, xz or bzip2. `input` may be a pipe;
  /// `name` is what errors call it. Throws Error.
  static ArchiveFiles read(const Fd& input, const std::string& name, const Fd& folder,
                           SizeLimit& limit);

  /// By its name, through the tar's own links. nullptr if there is none.
  const File* find(const std::string& path) const;
  /// By its digest.
  const File* by_digest(const std::string& digest) const;
  const std::string& name() const { return name_; }

 private:
  void take(archive* tar, archive_entry* entry, const Fd& folder, SizeLimit& limit);

  std::string name_;
  std::map<std::string, File> files_;
  std::map<std::string, std::string> links_;  // to another name in the tar
};

}  // namespace lockstep::fetch
