#include "03-mount/copy_up.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <memory>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/read_folder.hpp"

namespace lockstep::mnt {
namespace {

[[noreturn]] void fail(const char* call, const std::string& name) {
  const int code = errno;
  throw SysError(code, fmt::format("tmpcopyup: {}({})", call, quoted(name)),
                 code == ENOSPC
                     ? "the tmpfs is smaller than what is copied into it: give it a larger size="
                     : "");
}

/// Mode, owner and times as at the source. Without root an owner can't be given away: then it is
/// the caller's.
void copy_attributes(const Fd& to, const struct stat& status, const std::string& name) {
  if (::fchown(to.get(), status.st_uid, status.st_gid) != 0 && errno != EPERM && errno != EINVAL)
    fail("fchown", name);
  if (::fchmod(to.get(), status.st_mode & 07777U) != 0) fail("fchmod", name);
  const std::array times = {status.st_atim, status.st_mtim};
  if (::futimens(to.get(), times.data()) != 0) fail("futimens", name);
}

void copy_file(const Fd& from, const Fd& folder, const std::string& entry,
               const struct stat& status, const std::string& name) {
  const Fd source(
      ::openat(from.get(), entry.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!source) fail("open", name);
  const Fd copy(::openat(folder.get(), entry.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!copy) fail("open", name);
  for (;;) {
    const ssize_t done = ::sendfile(copy.get(), source.get(), nullptr, 1U << 20U);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail("sendfile", name);
    if (done == 0) break;
  }
  copy_attributes(copy, status, name);
}

void copy_link(const Fd& from, const Fd& folder, const std::string& entry,
               const std::string& name) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(from.get(), entry.c_str(), target.data(), target.size());
  if (length < 0) fail("readlink", name);
  sys::make_symlink(std::string(target.data(), static_cast<size_t>(length)), folder, entry);
}

Fd open_folder(const Fd& parent, const std::string& entry, const std::string& name) {
  Fd folder(::openat(parent.get(), entry.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) fail("open", name);
  return folder;
}

void copy_entry(const Fd& from, const Fd& to, const std::string& entry, const std::string& name) {
  struct stat status {};
  if (::fstatat(from.get(), entry.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    fail("fstatat", name);
  if (S_ISDIR(status.st_mode)) {
    sys::make_directory(to, entry, 0700);
    const Fd copy = open_folder(to, entry, name);
    copy_up(open_folder(from, entry, name), copy, name);
    copy_attributes(copy, status, name);
  } else if (S_ISREG(status.st_mode)) {
    copy_file(from, to, entry, status, name);
  } else if (S_ISLNK(status.st_mode)) {
    copy_link(from, to, entry, name);
  }  // sockets, pipes and devices mean nothing in a copy
}

}  // namespace

void copy_up(const Fd& from, const Fd& to, const std::string& name) {
  Fd readable = open_folder(from, ".", name);  // the caller's may be O_PATH
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(readable.get()), ::closedir);
  if (!folder) fail("fdopendir", name);
  readable.release();  // closedir closes it
  while (const dirent* entry = sys::next_entry(folder.get(), name)) {
    const std::string child = entry->d_name;
    if (child != "." && child != "..") {
      copy_entry(from, to, child, fmt::format("{}/{}", name, child));
    }
  }
}

}  // namespace lockstep::mnt
