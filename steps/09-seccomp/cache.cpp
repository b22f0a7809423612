#include "09-seccomp/cache.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "09-seccomp/cache_key.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::seccomp {
namespace {

/// A file: this line, the key's length, the key, the flags, the program, the sum of all that.
constexpr std::string_view kHead = "lockstep seccomp filter 2\n";
constexpr size_t kLargest = 1U << 20U;

/// Empty if there is no place for one.
std::string folder_path() {
  if (::geteuid() == 0) return "/run/lockstep-seccomp";
  const std::string cache = sys::variable("XDG_CACHE_HOME");
  if (cache.starts_with('/')) return cache + "/lockstep/seccomp";
  const std::string home = sys::variable("HOME");
  return home.starts_with('/') ? home + "/.cache/lockstep/seccomp" : "";
}

/// Nobody else can have written it, nor can write it.
bool is_ours(const Fd& file, mode_t kind) {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 && (status.st_mode & S_IFMT) == kind &&
         status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

Fd open_folder(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// The folder, made if missing. Nothing, if it can't be had or isn't ours: then nothing is kept.
std::optional<Fd> folder() {
  const std::string path = folder_path();
  if (path.empty()) return std::nullopt;
  Fd found = open_folder(path);
  if (!found && errno == ENOENT) {
    for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
      ::mkdir(path.substr(0, slash).c_str(), 0700);  // whether it is there, the next line tells
      if (slash == std::string::npos) break;
    }
    found = open_folder(path);
  }
  if (!found || !is_ours(found, S_IFDIR)) return std::nullopt;
  return found;
}

std::string_view bytes_of(const Program& program) {
  return {reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter)};
}

std::string number(uint64_t value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

/// Takes `part` off the front of `text`, if that is how it begins.
bool take(std::string_view& text, std::string_view part) {
  if (!text.starts_with(part)) return false;
  text.remove_prefix(part.size());
  return true;
}

/// The filter in a file's text, if that is whole and about this key.
std::optional<Filter> parse(std::string_view text, const std::string& key) {
  if (text.size() < sizeof(uint64_t)) return std::nullopt;
  const std::string_view sum = text.substr(text.size() - sizeof(uint64_t));
  text.remove_suffix(sum.size());
  if (sum != number(sum_of(text))) return std::nullopt;
  if (!take(text, kHead) || !take(text, number(key.size())) || !take(text, key))
    return std::nullopt;
  Filter filter;
  if (text.size() <= sizeof filter.flags) return std::nullopt;
  std::memcpy(&filter.flags, text.data(), sizeof filter.flags);
  text.remove_prefix(sizeof filter.flags);
  if (text.size() % sizeof(sock_filter) != 0) return std::nullopt;
  filter.program.resize(text.size() / sizeof(sock_filter));
  std::memcpy(filter.program.data(), text.data(), text.size());
  return filter;
}

std::optional<Filter> read(const Fd& place, const std::string& name, const std::string& key) {
  const Fd file(::openat(place.get(), name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file || !is_ours(file, S_IFREG)) return std::nullopt;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || status.st_size > static_cast<off_t>(kLargest))
    return std::nullopt;
  std::string text(static_cast<size_t>(status.st_size), '\0');
  if (::read(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return std::nullopt;
  return parse(text, key);
}

/// Others may be at it, too: what is gone meanwhile is gone.
void drop_all_if_many(const Fd& place) {
  const std::unique_ptr<DIR, int (*)(DIR*)> list(::fdopendir(place.duplicate().release()),
                                                 ::closedir);
  std::vector<std::string> names;
  for (const dirent* entry = nullptr; list && (entry = ::readdir(list.get())) != nullptr;) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  if (names.size() < kMostKept) return;
  for (const std::string& name : names) ::unlinkat(place.get(), name.c_str(), 0);
}

/// Written without a name, and given one when it is whole: nobody sees half a file, and of a runtime that
/// is killed meanwhile nothing stays. What can't be kept (a full disk) is made again next time.
void keep(const Fd& place, const std::string& name, const std::string& key, const Filter& filter) {
  std::string text(kHead);
  text.append(number(key.size())).append(key);
  text.append(reinterpret_cast<const char*>(&filter.flags), sizeof filter.flags);
  text.append(bytes_of(filter.program));
  text.append(number(sum_of(text)));
  drop_all_if_many(place);
  const Fd file(::openat(place.get(), ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
  if (!file) return;
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return;
  ::unlinkat(place.get(), name.c_str(), 0);  // whatever was there was no good
  ::linkat(AT_FDCWD, file.path().c_str(), place.get(), name.c_str(), AT_SYMLINK_FOLLOW);
}

}  // namespace

Filter remembered(const std::string& key, const std::function<Filter()>& make) {
  const auto place = folder();
  const std::string name = fmt::format("{:016x}", sum_of(key));
  if (place) {
    if (auto known = read(*place, name, key)) return std::move(*known);
  }
  Filter filter = make();
  if (place) keep(*place, name, key, filter);
  return filter;
}

}  // namespace lockstep::seccomp
