#include "common/images/overlay_marks.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "common/images/durable.hpp"
#include "common/images/xattrs.hpp"
#include "common/os/error.hpp"

namespace lockstep::images {
namespace {

constexpr ino_t kFirstUserNamespace = 0xEFFFFFFD;  // PROC_USER_INIT_INO: the host's own

std::string attribute(Marks marks, const char* name) {
  return std::string(marks == Marks::kTrusted ? "trusted" : "user") + ".overlay." + name;
}

bool has(const Fd& entry, Marks marks, const char* name) {
  const std::string path = entry.path();
  return ::getxattr(path.c_str(), attribute(marks, name).c_str(), nullptr, 0) >= 0;
}

}  // namespace

Marks own_marks() {
  struct stat status {};
  const bool of_the_host =
      ::stat("/proc/self/ns/user", &status) == 0 && status.st_ino == kFirstUserNamespace;
  return of_the_host && ::geteuid() == 0 ? Marks::kTrusted : Marks::kUser;
}

bool is_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
}

bool is_marked_whiteout(const Fd& file, const struct stat& status, Marks marks) {
  return S_ISREG(status.st_mode) && status.st_size == 0 && has(file, marks, "whiteout");
}

bool is_whiteout(const Fd& folder, const std::string& name, const struct stat& status,
                 Marks marks) {
  if (is_whiteout(status)) return true;
  if (!S_ISREG(status.st_mode) || status.st_size != 0) return false;
  const Fd file(::openat(folder.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  return file && is_marked_whiteout(file, status, marks);
}

bool is_opaque(const Fd& folder, Marks marks) {
  return read_xattr(folder, attribute(marks, "opaque")) == "y";  // "x": it has marked whiteouts
}

void refuse_references(const Fd& entry, Marks marks, const std::string& path) {
  for (const char* name : {"redirect", "metacopy", "nlink"}) {
    if (!has(entry, marks, name)) continue;
    throw Error(fmt::format("{} has the attribute {}: what it means lies elsewhere", quoted(path),
                            attribute(marks, name)),
                "its overlay was mounted with redirect_dir, metacopy or index, which can't be read "
                "layer by layer");
  }
}

void make_whiteout(const Fd& folder, const std::string& name) {
  if (::mknodat(folder.get(), name.c_str(), S_IFCHR, makedev(0, 0)) == 0) return;
  const int code = errno;
  throw SysError(code, fmt::format("mknod({}, S_IFCHR, 0/0)", quoted(name)),
                 code == EPERM
                     ? "a whiteout without root takes kernel 5.8 and a file system of the "
                       "host's: choose another store"
                     : disk_hint(code));
}

void make_opaque(const Fd& folder, Marks marks, const std::string& path) {
  const std::string name = attribute(marks, "opaque");
  if (::fsetxattr(folder.get(), name.c_str(), "y", 1, 0) == 0) return;
  const int code = errno;
  throw SysError(code, fmt::format("setxattr({}, {}, \"y\")", quoted(path), quoted(name)),
                 code == ENOTSUP ? "the store needs a file system with extended attributes, as "
                                   "overlayfs does: choose another place"
                                 : disk_hint(code));
}

}  // namespace lockstep::images
