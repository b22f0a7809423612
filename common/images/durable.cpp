#include "common/images/durable.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "common/os/error.hpp"

namespace lockstep::images {

std::string disk_hint(int code) {
  if (code == ENOSPC || code == EDQUOT)
    return "free some space there (df -h, df -i), or choose another place";
  if (code == EROFS) return "the file system is mounted read-only: choose another place";
  return "";
}

void make_folders(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return;
  const int code = errno;
  const size_t end = path.find_last_not_of('/');
  const size_t slash = end == std::string::npos ? end : path.rfind('/', end);
  if (code != ENOENT || slash == std::string::npos || slash == 0) {
    throw SysError(code, fmt::format("mkdir({})", quoted(path)), disk_hint(code));
  }
  make_folders(path.substr(0, slash), 0755);
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
    const int again = errno;
    throw SysError(again, fmt::format("mkdir({})", quoted(path)), disk_hint(again));
  }
}

void sync(const Fd& file, const std::string& name) {
  if (::fsync(file.get()) == 0) return;
  const int code = errno;
  throw SysError(code, fmt::format("fsync({})", quoted(name)), disk_hint(code));
}

void sync_tree(const Fd& folder, const std::string& name) {
  if (::syncfs(folder.get()) == 0) return;
  const int code = errno;
  throw SysError(code, fmt::format("syncfs({})", quoted(name)), disk_hint(code));
}

void write_to_disk(const Fd& file, std::string_view data, const std::string& name) {
  try {
    write_all(file, data, name);
  } catch (const SysError& error) {
    throw SysError(SysError::Verbatim(), error.code(), error.what(), disk_hint(error.code()),
                   error.failure());
  }
}

void write_durably(const Fd& workshop, const std::string& temporary, const Fd& folder,
                   const std::string& name, const std::string& content) {
  try {
    const Fd file(::openat(workshop.get(), temporary.c_str(),
                           O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file) throw SysError(errno, fmt::format("open({}, O_CREAT)", quoted(name)));
    write_all(file, content, name);
    sync(file, name);
    if (::renameat(workshop.get(), temporary.c_str(), folder.get(), name.c_str()) != 0) {
      throw SysError(errno, fmt::format("rename({}, {})", quoted(temporary), quoted(name)));
    }
    sync(folder, name);
  } catch (const SysError& error) {
    ::unlinkat(workshop.get(), temporary.c_str(), 0);
    throw SysError(SysError::Verbatim(), error.code(), error.what(), disk_hint(error.code()),
                   error.failure());
  }
}

}  // namespace lockstep::images
