#include "rootfs-fetch/new_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/images/durable.hpp"
#include "common/images/empty_folder.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/image.hpp"

namespace lockstep::fetch {
namespace {

using Fill = std::function<void(const Fd&)>;

void fill_or_empty(const Fd& folder, const Fill& fill) {
  try {
    fill(folder);
  } catch (const Error&) {
    images::empty_folder(folder);
    throw;
  }
}

/// A folder that is there is filled where it is: it may be a mount point, which can't be renamed
/// over.
void fill_there(const Fd& folder, const std::string& path, const Fill& fill) {
  if (!images::names_in(folder).empty()) {
    throw Error(fmt::format("{} is not empty", quoted(path)),
                "give a new folder's name, or empty it first");
  }
  fill_or_empty(folder, fill);
}

void make(const std::string& path, const std::string& what, const Fill& fill) {
  if (exists(path)) throw Error(fmt::format("{} is there, and is no folder", quoted(path)));
  const std::string plain = path.substr(0, path.find_last_not_of('/') + 1);
  const size_t slash = plain.rfind('/');
  const std::string above = slash == std::string::npos ? "." : plain.substr(0, slash + 1);
  const std::string name = plain.substr(slash + 1);
  const std::string temporary = "." + name + ".rootfs-fetch";
  const Fd parent = sys::open(above, O_RDONLY | O_DIRECTORY);
  sys::make_directory(parent, temporary, 0755);
  const Fd folder(
      ::openat(parent.get(), temporary.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) throw SysError(errno, fmt::format("open({})", quoted(temporary)));
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(
        fmt::format("another rootfs-fetch is at work on {} right now ({})", quoted(path), what));
  }
  images::empty_folder(folder);  // of one who was killed
  try {
    fill_or_empty(folder, fill);
    if (::renameat(parent.get(), temporary.c_str(), parent.get(), name.c_str()) != 0) {
      throw SysError(errno, fmt::format("rename({}, {})", quoted(temporary), quoted(path)));
    }
  } catch (const Error&) {
    images::empty_folder(folder);
    ::unlinkat(parent.get(), temporary.c_str(), AT_REMOVEDIR);
    throw;
  }
  images::sync(parent, above);
}

}  // namespace

void fill_folder(const std::string& path, const std::string& what, const Fill& fill) {
  try {
    if (const auto folder = sys::open_if_there(path, O_RDONLY | O_DIRECTORY)) {
      fill_there(*folder, path, fill);
    } else {
      make(path, what, fill);
    }
  } catch (const SysError& error) {
    const char* hint =
        error.code() == ENOENT ? "the folder above it must exist: `mkdir -p` it" : "";
    throw SysError(SysError::Verbatim(), error.code(),
                   fmt::format("{} to {}: {}", what, quoted(path), error.what()),
                   error.hint().empty() ? hint : error.hint(), error.failure());
  }
}

}  // namespace lockstep::fetch
