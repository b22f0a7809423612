#include "04-overlay/copy_entry.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "common/images/overlay_marks.hpp"
#include "common/images/xattrs.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::overlay {
namespace {

[[noreturn]] void fail(const char* call, const std::string& path) {
  throw SysError(errno, fmt::format("{}({})", call, quoted(path)));
}

/// In a user namespace there are owners and attributes that can't be given.
void unless_forbidden(int result, const char* call, const std::string& path) {
  if (result == 0) return;
  const bool forbidden = errno == EPERM || errno == EINVAL || errno == ENOTSUP;
  if (forbidden && images::own_marks() == images::Marks::kUser) return;
  fail(call, path);
}

void copy_xattrs(const Fd& from, const Fd& to, const std::string& path,
                 const images::Owners& owners) {
  const std::string target = to.path();  // what is open may be a node, opened as O_PATH
  images::Xattrs wanted = images::read_xattrs(from, path);
  images::renumber(wanted, owners);
  for (const auto& [name, value] : images::read_xattrs(to, path)) {
    if (wanted.count(name) == 0) ::removexattr(target.c_str(), name.c_str());
  }
  for (const auto& [name, value] : wanted) {
    unless_forbidden(::setxattr(target.c_str(), name.c_str(), value.data(), value.size(), 0),
                     "setxattr", path);
  }
}

/// All but the times. The owner first: that takes the set-uid bit and the capabilities away.
void copy_rights(const Fd& from, const Fd& to, struct stat status, const std::string& path,
                 const images::Owners& owners) {
  images::renumber(status, owners);
  unless_forbidden(::fchownat(to.get(), "", status.st_uid, status.st_gid, AT_EMPTY_PATH), "chown",
                   path);
  if (S_ISLNK(status.st_mode)) return;  // it has no mode of its own
  if (::chmod(to.path().c_str(), status.st_mode & 07777U) != 0) fail("chmod", path);
  copy_xattrs(from, to, path, owners);
}

std::array<timespec, 2> times_of(const struct stat& status) {
  return {status.st_atim, status.st_mtim};
}

void copy_data(const Fd& from, const Fd& to, const std::string& path) {
  for (off_t at = 0;;) {
    at = ::lseek(from.get(), at, SEEK_DATA);
    if (at < 0 && errno == ENXIO) return;  // nothing more but a hole
    if (at < 0) fail("lseek", path);
    const off_t end = ::lseek(from.get(), at, SEEK_HOLE);
    if (end < 0 || ::lseek(to.get(), at, SEEK_SET) < 0) fail("lseek", path);
    while (at < end) {
      const ssize_t done = ::sendfile(to.get(), from.get(), &at,
                                      static_cast<size_t>(std::min<off_t>(end - at, 1 << 30)));
      if (done < 0 && errno != EINTR) fail("sendfile", path);
      if (done == 0) return;  // it has become shorter
    }
  }
}

void copy_file(const Entry& entry, const struct stat& status) {
  const Fd from(::openat(entry.from.get(), entry.name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!from) fail("open", entry.path);
  const Fd to(::openat(entry.to.get(), entry.name.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!to) fail("open", entry.path);
  copy_data(from, to, entry.path);
  if (::ftruncate(to.get(), status.st_size) != 0) fail("ftruncate", entry.path);
  copy_attributes(from, to, entry.path, entry.owners);
}

void make_link(const Entry& entry) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length =
      ::readlinkat(entry.from.get(), entry.name.c_str(), target.data(), target.size());
  if (length < 0) fail("readlink", entry.path);
  sys::make_symlink(std::string(target.data(), static_cast<size_t>(length)), entry.to, entry.name);
}

/// False if only root may.
bool make_node(const Entry& entry, const struct stat& status) {
  const mode_t mode = (status.st_mode & S_IFMT) | 0600U;
  if (::mknodat(entry.to.get(), entry.name.c_str(), mode, status.st_rdev) == 0) return true;
  if (errno != EPERM) fail("mknod", entry.path);
  narrate::say(fmt::format("(left out: the device node {}, which only root can make)",
                           quoted("/" + entry.path)));
  return false;
}

}  // namespace

void copy_entry(const Entry& entry, const struct stat& status) {
  if (S_ISREG(status.st_mode)) return copy_file(entry, status);
  if (S_ISLNK(status.st_mode)) {
    make_link(entry);
  } else if (!make_node(entry, status)) {
    return;
  }
  constexpr int kItself = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  const Fd from(::openat(entry.from.get(), entry.name.c_str(), kItself));
  const Fd to(::openat(entry.to.get(), entry.name.c_str(), kItself));
  if (!from || !to) fail("open", entry.path);
  copy_rights(from, to, status, entry.path, entry.owners);
  ::utimensat(entry.to.get(), entry.name.c_str(), times_of(status).data(), AT_SYMLINK_NOFOLLOW);
}

void copy_attributes(const Fd& from, const Fd& to, const std::string& path,
                     const images::Owners& owners) {
  struct stat status {};
  if (::fstat(from.get(), &status) != 0) fail("fstat", path);
  copy_rights(from, to, status, path, owners);
  if (::futimens(to.get(), times_of(status).data()) != 0) fail("futimens", path);
}

}  // namespace lockstep::overlay
