#include "rootfs-fetch/pull_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "common/images/durable.hpp"
#include "common/images/empty_folder.hpp"
#include "common/images/store.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/disk_size.hpp"

namespace lockstep::fetch {
namespace {

constexpr const char* kPulls = ".pulls";
constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::chrono::milliseconds kPause{20};

[[noreturn]] void fail_at(int code, const char* call, const std::string& path) {
  throw SysError(code, fmt::format("{}({})", call, quoted(path)), images::disk_hint(code));
}

}  // namespace

std::optional<PullFolder> PullFolder::open(const std::string& store, const std::string& name) {
  const std::string path = store + "/" + kPulls;
  auto parent = sys::open_if_there(path, O_RDONLY | O_DIRECTORY);
  if (!parent) return std::nullopt;
  Fd folder(::openat(parent->get(), name.c_str(), kOpenFolder));
  if (!folder && errno == ENOENT) return std::nullopt;
  if (!folder) fail_at(errno, "open", path + "/" + name);
  return PullFolder(path + "/" + name, std::move(*parent), std::move(folder), name);
}

std::string PullFolder::all(const std::string& store) { return store + "/" + kPulls; }

/// Its last owner may have removed it between our opening and our locking it.
bool PullFolder::is_still_there() const {
  struct stat named {};
  struct stat opened {};
  return ::fstatat(parent_.get(), name_.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         ::fstat(folder_.get(), &opened) == 0 && named.st_ino == opened.st_ino &&
         named.st_dev == opened.st_dev;
}

bool PullFolder::lock_now() const {
  while (::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) fail_at(errno, "flock", path_);
  }
  return true;
}

PullFolder PullFolder::lock(const std::string& store, const std::string& digest, Stop& stop,
                            const std::function<void()>& on_wait) {
  const std::string name = images::hex_of(digest);
  images::make_folders(store + "/" + kPulls, 0700);
  for (bool told = false;; told = true) {
    images::make_folders(store + "/" + kPulls + "/" + name, 0700);
    auto folder = open(store, name);
    if (!folder) continue;
    while (!folder->lock_now()) {
      if (!told) on_wait();
      told = true;
      if (stop.sleep(kPause)) throw Error("stopped");
    }
    if (folder->is_still_there()) return std::move(*folder);
  }
}

std::optional<PullFolder> PullFolder::lock_if_free(const std::string& store,
                                                   const std::string& name) {
  auto folder = open(store, name);
  if (!folder || !folder->lock_now() || !folder->is_still_there()) return std::nullopt;
  return folder;
}

bool PullFolder::has(const std::string& name) const {
  return ::faccessat(folder_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool PullFolder::has_layer(const std::string& diff_id) const {
  return has(images::hex_of(diff_id));
}

Fd PullFolder::open_blob() const {
  Fd file(::openat(folder_.get(), kBlob, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) fail_at(errno, "open", path_ + "/" + kBlob);
  return file;
}

Fd PullFolder::open_whole_blob() const {
  Fd file(::openat(folder_.get(), kWhole, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) fail_at(errno, "open", path_ + "/" + kWhole);
  return file;
}

void PullFolder::drop_blob() const { ::unlinkat(folder_.get(), kBlob, 0); }

void PullFolder::drop_layer() const {
  if (const Fd old(::openat(folder_.get(), kTree, kOpenFolder)); old) images::empty_folder(old);
  ::unlinkat(folder_.get(), kTree, AT_REMOVEDIR);
}

Fd PullFolder::begin_layer() const {
  drop_layer();
  sys::make_directory(folder_, kTree, 0755);
  Fd tree(::openat(folder_.get(), kTree, kOpenFolder));
  if (!tree) fail_at(errno, "open", path_ + "/" + kTree);
  return tree;
}

void PullFolder::rename(const char* from, const char* to) const {
  if (::renameat(folder_.get(), from, folder_.get(), to) != 0)
    fail_at(errno, "rename", path_ + "/" + from);
}

void PullFolder::layer_is_whole(const std::string& diff_id) const {
  rename(kTree, images::hex_of(diff_id).c_str());
}

void PullFolder::remove() {
  images::empty_folder(folder_);
  ::unlinkat(parent_.get(), name_.c_str(), AT_REMOVEDIR);
}

namespace {

template <typename Visit>
void each_leftover(const std::string& store, Visit visit) {
  const auto pulls = sys::open_if_there(PullFolder::all(store), O_RDONLY | O_DIRECTORY);
  if (pulls && ::flock(pulls->get(), LOCK_EX | LOCK_NB) != 0) return;  // a pull is under way
  for (const std::string& name : pulls ? images::names_in(*pulls) : std::vector<std::string>()) {
    if (auto folder = PullFolder::lock_if_free(store, name)) visit(*folder, name);
  }
}

}  // namespace

Fd pull_under_way(const std::string& store) {
  const std::string pulls = PullFolder::all(store);
  images::make_folders(pulls, 0700);
  Fd folder = sys::open(pulls, O_RDONLY | O_DIRECTORY);
  while (::flock(folder.get(), LOCK_SH) != 0) {
    if (errno != EINTR) fail_at(errno, "flock", pulls);
  }
  return folder;
}

std::vector<Leftover> leftovers(const std::string& store) {
  std::vector<Leftover> out;
  each_leftover(store, [&](PullFolder& folder, const std::string& name) {
    out.push_back({"sha256:" + name, disk_size(folder.folder())});
  });
  return out;
}

void clear_leftovers(const std::string& store) {
  each_leftover(store, [](PullFolder& folder, const std::string&) { folder.remove(); });
}

}  // namespace lockstep::fetch
