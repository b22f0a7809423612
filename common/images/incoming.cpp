#include "common/images/incoming.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/images/empty_folder.hpp"
#include "common/images/store.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/users/own_root.hpp"

namespace lockstep::images {
namespace {

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// Whether `folder` still has that name: between its making and its locking somebody may have
/// cleared it.
bool is_still(const Fd& parent, const std::string& name, const Fd& folder) {
  struct stat named {};
  struct stat open {};
  return ::fstatat(parent.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         ::fstat(folder.get(), &open) == 0 && named.st_ino == open.st_ino &&
         named.st_dev == open.st_dev;
}

void remove(const Fd& parent, const std::string& name, const Fd& folder, const std::string& store) {
  try {
    users::with_root_if_needed([&] { empty_folder(folder); });
    ::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR);
  } catch (const Error& error) {  // a nuisance, but whoever comes now has other work to do
    narrate::say(fmt::format("(left in {}/{}/{}: {})", store, kIncoming, name, error.what()));
  }
}

}  // namespace

Incoming Incoming::open() {
  const std::string store = Store::open_to_write().path();  // and locked no more
  Fd parent = sys::open(store + "/" + kIncoming, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  for (unsigned number = 0;; ++number) {
    const std::string name = fmt::format("{}.{}", ::getpid(), number);
    if (!sys::make_directory(parent, name, 0700)) continue;
    Fd folder(::openat(parent.get(), name.c_str(), kOpenFolder));
    if (!folder && errno == ENOENT) continue;
    if (!folder) throw SysError(errno, fmt::format("open({})", quoted(name)));
    if (::flock(folder.get(), LOCK_EX) == 0 && is_still(parent, name, folder))
      return Incoming(std::move(parent), name, std::move(folder));
  }
}

Incoming::~Incoming() {
  if (folder_) remove(parent_, name_, folder_, "the store");
}

void clear_incoming(const Fd& incoming, const std::string& store) {
  for (const std::string& name : names_in(incoming)) {
    const Fd folder(::openat(incoming.get(), name.c_str(), kOpenFolder));
    if (folder && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0)
      remove(incoming, name, folder, store);
  }
}

}  // namespace lockstep::images
