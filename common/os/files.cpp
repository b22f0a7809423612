#include "common/os/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <memory>

#include "common/os/call.hpp"
#include "common/os/words.hpp"

namespace lockstep::sys {
namespace {

std::string directory_hint(int code) {
  return code == EROFS    ? "the file system is read-only"
         : code == ENOSPC ? "free some space there (df -h, df -i)"
                          : "";
}

}  // namespace

std::optional<Fd> open_if_there(const std::string& path, int flags) {
  const int raw = ::open(path.c_str(), flags | O_CLOEXEC);
  if (raw >= 0) return Fd(raw);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw SysError(errno, fmt::format("open({})", quoted(path)));
}

Fd open(const std::string& path, int flags, mode_t mode) {
  const int raw = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (raw < 0) throw SysError(errno, fmt::format("open({})", quoted(path)));
  return Fd(raw);
}

std::string absolute(const std::string& path) {
  if (path.rfind('/', 0) == 0) return path;
  std::array<char, PATH_MAX> here{};
  if (::getcwd(here.data(), here.size()) == nullptr) {
    throw SysError(errno, fmt::format("getcwd() for {}", quoted(path)),
                   "the working directory was removed: go to another one");
  }
  return std::string(here.data()) + "/" + path;
}

std::string name_of(const Fd& file) {
  std::array<char, PATH_MAX> name{};
  const ssize_t length = ::readlink(file.path().c_str(), name.data(), name.size());
  if (length < 0)
    throw SysError(errno, fmt::format("readlink({})", quoted(file.path())), "is /proc mounted?");
  return {name.data(), static_cast<size_t>(length)};
}

std::optional<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), ::free);
  if (!real) return std::nullopt;
  return real.get();
}

bool make_directory(const std::string& path, mode_t mode, Why why) {
  const int answer = call_for_answer(
      why, {EEXIST}, [&] { return fmt::format("mkdir({}, {:04o})", quoted(path), mode); },
      [&] { return ::mkdir(path.c_str(), mode); }, directory_hint);
  return answer == 0;
}

bool make_directory(const Fd& directory, const std::string& name, mode_t mode, Why why) {
  const int answer = call_for_answer(
      why, {EEXIST},
      [&] { return fmt::format("mkdirat({}, {}, {:04o})", directory.get(), quoted(name), mode); },
      [&] { return ::mkdirat(directory.get(), name.c_str(), mode); }, directory_hint);
  return answer == 0;
}

int make_node(const Fd& directory, const std::string& name, mode_t mode, dev_t device, Why why) {
  return call_for_answer(
      why, {EEXIST, EPERM},
      [&] {
        return fmt::format("mknodat({}, {}, {}, makedev({}, {}))", directory.get(), quoted(name),
                           words::file_mode(mode), major(device), minor(device));
      },
      [&] { return ::mknodat(directory.get(), name.c_str(), mode, device); });
}

bool make_symlink(const std::string& target, const Fd& directory, const std::string& name,
                  Why why) {
  const int answer = call_for_answer(
      why, {EEXIST},
      [&] {
        return fmt::format("symlinkat({}, {}, {})", quoted(target), directory.get(), quoted(name));
      },
      [&] { return ::symlinkat(target.c_str(), directory.get(), name.c_str()); });
  return answer == 0;
}

bool make_empty_file(const Fd& directory, const std::string& name, mode_t mode) {
  const Fd file(::openat(directory.get(), name.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (file) return true;
  if (errno == EEXIST) return false;
  throw SysError(
      errno, fmt::format("openat({}, {}, O_CREAT|O_EXCL)", directory.get(), quoted(name)),
      errno == EROFS ? "the file system is read-only: make the file on the host first" : "");
}

void replace_file(const Fd& directory, const std::string& name, const std::string& text,
                  mode_t mode) {
  // One name for the temporary: callers hold a lock, and what a killed one left is overwritten.
  const std::string temporary = "." + name + ".new";
  const Fd file(::openat(directory.get(), temporary.c_str(),
                         O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file) throw SysError(errno, fmt::format("openat({}, O_CREAT|O_TRUNC)", quoted(temporary)));
  write_all(file, text, temporary);
  if (::renameat(directory.get(), temporary.c_str(), directory.get(), name.c_str()) != 0) {
    throw SysError(errno, fmt::format("renameat({}, {})", quoted(temporary), quoted(name)));
  }
}

void write_value(const Fd& file, const std::string& name, const std::string& value, Why why) {
  call(
      why, [&] { return fmt::format("write({}, {})", quoted(name), quoted(value)); },
      [&] { return ::write(file.get(), value.data(), value.size()); });
}

bool remove_directory(const std::string& path, Why why) {
  const int answer = call_for_answer(
      why, {ENOENT}, [&] { return fmt::format("rmdir({})", quoted(path)); },
      [&] { return ::rmdir(path.c_str()); });
  return answer == 0;
}

void remove_folder_of(const std::string& folder, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::string path = folder + "/" + name;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
      throw SysError(errno, fmt::format("unlink({})", quoted(path)));
  }
  if (::rmdir(folder.c_str()) != 0 && errno != ENOENT)
    throw SysError(errno, fmt::format("rmdir({})", quoted(folder)));
}

}  // namespace lockstep::sys
