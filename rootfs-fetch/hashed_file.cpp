#include "rootfs-fetch/hashed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "common/images/durable.hpp"
#include "common/images/store.hpp"
#include "common/os/error.hpp"

namespace lockstep::fetch {
namespace {

constexpr const char* kUnfinished = "unfinished";

[[noreturn]] void fail(int code, const char* call) {
  throw SysError(code, fmt::format("{}(a blob in the store)", call), images::disk_hint(code));
}

}  // namespace

HashedFile::HashedFile(const Fd& folder)
    : folder_(folder),
      file_(::openat(folder.get(), kUnfinished,
                     O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644)) {
  if (!file_) fail(errno, "open");
}

void HashedFile::write(std::string_view data) {
  images::write_to_disk(file_, data, "a blob in the store");
  hash_.update(data);
  size_ += static_cast<int64_t>(data.size());
}

std::string HashedFile::finish() {
  images::sync(file_, "a blob in the store");
  std::string digest = hash_.digest();
  if (::renameat(folder_.get(), kUnfinished, folder_.get(), images::hex_of(digest).c_str()) != 0)
    fail(errno, "rename");
  return digest;
}

}  // namespace lockstep::fetch
