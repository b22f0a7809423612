#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/os/fd.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {

/// A new file in a folder that is hashed while it is written, and gets its digest's digits as its
/// name when it is whole and on the disk.
class HashedFile {
 public:
  explicit HashedFile(const Fd& folder);
  /// Throws SysError, with a hint where the disk is full.
  void write(std::string_view data);
  int64_t size() const { return size_; }
  /// Its digest; to be called once.
  std::string finish();

 private:
  const Fd& folder_;
  Fd file_;
  Sha256 hash_;
  int64_t size_ = 0;
};

}  // namespace lockstep::fetch
