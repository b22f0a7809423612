// The store's blobs: each a file under its digest.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/images/durable.hpp"
#include "common/images/empty_folder.hpp"
#include "common/images/store.hpp"
#include "common/os/error.hpp"

namespace lockstep::images {

Fd Store::open_blob(const Descriptor& descriptor) const {
  const std::string name = "blobs/sha256/" + hex_of(descriptor.digest);
  Fd file(::openat(folder_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) throw SysError(errno, fmt::format("the blob {}", descriptor.digest), kDamagedHint);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    throw SysError(errno, fmt::format("fstat({})", quoted(name)));
  if (status.st_size != descriptor.size) {
    throw Error(fmt::format("the blob {} is damaged: {} bytes long, and should be {}",
                            descriptor.digest, status.st_size, descriptor.size),
                kDamagedHint);
  }
  return file;
}

std::string Store::read_blob(const Descriptor& descriptor) const {
  return read_all(open_blob(descriptor), descriptor.digest);
}

void Store::put_blob(const std::string& digest, const std::string& content) const {
  write_durably(workshop(), "blob", open_below("blobs/sha256"), hex_of(digest), content);
}

namespace {

[[noreturn]] void fail_renaming(const std::string& name, const std::string& digest) {
  const int code = errno;
  throw SysError(code, fmt::format("rename({}, {})", quoted(name), quoted(digest)),
                 disk_hint(code));
}

}  // namespace

Fd Store::stage_blob() const {
  Fd file(::openat(workshop().get(), kStagedBlob,
                   O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) {
    const int code = errno;
    throw SysError(code, fmt::format("open({}, O_CREAT)", quoted(kStagedBlob)), disk_hint(code));
  }
  return file;
}

void Store::put_staged_blob(const Fd& staged, const std::string& digest) const {
  sync(staged, kStagedBlob);
  adopt_blob(workshop(), kStagedBlob, digest);
}

void Store::adopt_blob(const Fd& folder, const std::string& name, const std::string& digest) const {
  const Fd blobs = open_below("blobs/sha256");
  if (::renameat(folder.get(), name.c_str(), blobs.get(), hex_of(digest).c_str()) != 0)
    fail_renaming(name, digest);
  sync(blobs, path_ + "/blobs/sha256");
}

bool Store::has_blob(const std::string& digest) const {
  const std::string name = "blobs/sha256/" + hex_of(digest);
  return ::faccessat(folder_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void Store::remove_blob(const std::string& digest) const {
  const std::string name = "blobs/sha256/" + hex_of(digest);
  if (::unlinkat(folder_.get(), name.c_str(), 0) != 0 && errno != ENOENT)
    throw SysError(errno, fmt::format("unlink({})", quoted(path_ + "/" + name)));
}

bool Store::lay_aside(const std::string& digest, const Fd& folder) const {
  const std::string name = hex_of(digest);
  if (::renameat(open_below("blobs/sha256").get(), name.c_str(), folder.get(), name.c_str()) == 0)
    return true;
  if (errno != ENOENT) fail_renaming(name, name);
  return false;
}

std::vector<std::string> Store::blobs() const {
  std::vector<std::string> out;
  for (const std::string& name : names_in(open_below("blobs/sha256"))) {
    if (is_digest("sha256:" + name)) out.push_back("sha256:" + name);
  }
  return out;
}

Descriptor Store::describe(const char* media_type, const std::string& digest) const {
  struct stat status {};
  const std::string name = "blobs/sha256/" + hex_of(digest);
  if (::fstatat(folder_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    throw SysError(errno, fmt::format("the blob {}", digest), kDamagedHint);
  return {media_type, digest, status.st_size};
}

}  // namespace lockstep::images
