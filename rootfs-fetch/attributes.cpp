#include "rootfs-fetch/attributes.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>

#include "common/images/durable.hpp"
#include "common/os/error.hpp"
#include "common/os/narrate.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"
#include "rootfs-fetch/losses.hpp"

namespace lockstep::fetch {
namespace {

constexpr mode_t kModeBits = 07777;

[[noreturn]] void fail_at(int code, const char* call, const std::string& path) {
  throw SysError(code, fmt::format("{}({})", call, quoted(path)), images::disk_hint(code));
}

/// Whether there are other users than the caller in this user namespace.
bool has_other_users() {
  const auto map = fields(proc::read_file("/proc/self/uid_map").value_or(""));
  return map.size() != 3 || map[2] != "1\n";
}

}  // namespace

Attributes attributes_of(archive_entry* entry) {
  Attributes out{static_cast<mode_t>(::archive_entry_perm(entry)),
                 static_cast<uid_t>(::archive_entry_uid(entry)),
                 static_cast<gid_t>(::archive_entry_gid(entry)),
                 timespec{::archive_entry_mtime(entry), ::archive_entry_mtime_nsec(entry)},
                 {}};
  if (out.mtime->tv_sec < 0 && out.mtime->tv_nsec > 0) {  // libarchive reads -1.25 as -1 + 0.25
    out.mtime->tv_sec -= 1;
    out.mtime->tv_nsec = 1'000'000'000 - out.mtime->tv_nsec;
  }
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  ::archive_entry_xattr_reset(entry);
  while (::archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    if (name != nullptr && images::is_carried(name))
      out.xattrs[name].assign(static_cast<const char*>(value), size);
  }
  return out;
}

AttributeGiver::AttributeGiver() : as_root_(::geteuid() == 0 && has_other_users()) {}

/// Who has no number here (EINVAL) is nobody, and no program runs as that by set-uid.
void AttributeGiver::give_away(const Fd& file, const struct stat& status, Attributes& attributes,
                               const std::string& path) const {
  if (!as_root_) {
    if (attributes.uid != 0 || attributes.gid != 0) count_loss(Loss::kOwner, path);
    return;
  }
  if (status.st_uid == attributes.uid && status.st_gid == attributes.gid) return;
  if (::fchownat(file.get(), "", attributes.uid, attributes.gid, AT_EMPTY_PATH) == 0) return;
  if (errno != EINVAL) fail_at(errno, "chown", path);
  count_loss(Loss::kOwner, path);
  constexpr uid_t kNobody = 65534;
  attributes.mode &= ~static_cast<mode_t>(S_ISUID | S_ISGID);
  for (const auto& [uid, gid] :
       {std::pair{attributes.uid, kNobody}, {kNobody, attributes.gid}, {kNobody, kNobody}}) {
    if (::fchownat(file.get(), "", uid, gid, AT_EMPTY_PATH) == 0) return;
  }
  if (errno != EINVAL) fail_at(errno, "chown", path);
}

/// The owner first: chown(2) takes set-uid bits and capabilities away. The times last. What is right
/// already, as most files' owner and mode are, is left alone: each change is a write to the journal.
void AttributeGiver::apply(const Fd& file, const Attributes& wanted, const std::string& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_at(errno, "fstat", path);
  Attributes attributes = wanted;
  give_away(file, status, attributes, path);
  const bool is_link = S_ISLNK(status.st_mode);
  if (!is_link && (status.st_mode & kModeBits) != attributes.mode &&
      ::chmod(file.path().c_str(), attributes.mode) != 0)
    fail_at(errno, "chmod", path);
  if (!attributes.xattrs.empty()) apply_xattrs(file.path(), attributes.xattrs, path);
  if (!attributes.mtime) return;
  const std::array<timespec, 2> times{*attributes.mtime, *attributes.mtime};
  const bool is_open = S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);  // the others are O_PATH
  const int failed = is_open ? ::futimens(file.get(), times.data())
                             : ::utimensat(AT_FDCWD, file.path().c_str(), times.data(), 0);
  if (failed != 0) fail_at(errno, "utimensat", path);
}

void AttributeGiver::apply_xattrs(const std::string& file, const images::Xattrs& xattrs,
                                  const std::string& path) {
  for (const auto& [name, value] : xattrs) {
    if (::setxattr(file.c_str(), name.c_str(), value.data(), value.size(), 0) == 0) continue;
    const int code = errno;
    if (code == EPERM || code == EINVAL) {  // not ours to give; or a user's own on a link, a node
      count_loss(Loss::kAttribute, path);
      continue;
    }
    if (code != ENOTSUP) fail_at(code, ("setxattr of " + name + " on ").c_str(), path);
    if (!told_) {
      narrate::say(
          fmt::format("(the file system has no extended attributes: {} goes without {}, "
                      "and so may others)",
                      quoted(path), name));
    }
    told_ = true;
  }
}

}  // namespace lockstep::fetch
