#pragma once

#include <sys/types.h>

/// Lesson 06: to the file system somebody else, with root's powers kept.
namespace lockstep::usr {

/// As long as it lives, this process makes and opens files as `uid` and `gid`. An id-mapped mount has
/// no number for the host's 0 (EOVERFLOW), and overlayfs works on upper as who mounted it.
/// Throws SysError.
/// See: setfsuid(2); SECBIT_NO_SETUID_FIXUP in capabilities(7)
class FileIds {
 public:
  FileIds(uid_t uid, gid_t gid);
  ~FileIds();
  FileIds(const FileIds&) = delete;
  FileIds& operator=(const FileIds&) = delete;

 private:
  int securebits_;
};

}  // namespace lockstep::usr
