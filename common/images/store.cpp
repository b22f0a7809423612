#include "common/images/store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/images/durable.hpp"
#include "common/images/empty_folder.hpp"
#include "common/images/incoming.hpp"
#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/users/own_root.hpp"

namespace lockstep::images {
namespace {

constexpr const char* kLayout = R"({"imageLayoutVersion":"1.0.0"})";
constexpr const char* kElsewhere = "another store can be given: --store DIR, or LOCKSTEP_STORE=DIR";

std::string way_out(int code) {
  const std::string hint = disk_hint(code);  // "…, or choose another place"
  return hint.empty() ? kElsewhere : hint + ": --store DIR, or LOCKSTEP_STORE=DIR";
}

void lock(const Fd& folder, int how, const std::string& path) {
  if (::flock(folder.get(), how | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK) {
    narrate::say(fmt::format("(waiting: another program works on the store {})", path));
  }
  while (::flock(folder.get(), how) != 0) {
    if (errno != EINTR) throw SysError(errno, fmt::format("flock({})", quoted(path)));
  }
}

bool is_there(const Fd& folder, const char* name) {
  return ::faccessat(folder.get(), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/// Who removes an image may do so because the disk is full: then what is shorter than the index that
/// is there is written over it, which takes no room. `put` is the better way.
template <typename Put>
void put_shorter(const Fd& store, std::string text, Put put) {
  try {
    put(text);
  } catch (const SysError& error) {
    if (error.code() != ENOSPC && error.code() != EDQUOT) throw;
    const Fd file(::openat(store.get(), "index.json", O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) throw;
    const auto size = static_cast<size_t>(status.st_size);
    if (text.size() > size) throw;
    text.resize(size, '\n');
    write_all(file, text, "index.json");
    sync(file, "index.json");
  }
}

/// What may be there before the first image: networks, and what one who was killed has left.
bool may_be_first(const std::string& name) {
  return name == "networks" || name == ".oci-layout.new";
}

}  // namespace

std::string hex_of(const std::string& digest) {
  if (!is_digest(digest))
    throw Error(fmt::format("{} is not a SHA-256 digest", quoted_briefly(digest)));
  return digest.substr(digest.find(':') + 1);
}

std::optional<Store> Store::open() {
  const std::string path = store_folder();
  auto folder = sys::open_if_there(path, O_RDONLY | O_DIRECTORY);
  if (!folder) return std::nullopt;
  lock(*folder, LOCK_SH, path);
  if (!is_there(*folder, "index.json")) return std::nullopt;
  return Store(path, std::move(*folder));
}

Store Store::open_to_write() {
  const std::string path = store_folder();
  try {
    make_folders(path, 0755);
    Fd folder = sys::open(path, O_RDONLY | O_DIRECTORY);
    lock(folder, LOCK_EX, path);
    Store store(path, std::move(folder));
    store.prepare();
    return store;
  } catch (const SysError& error) {
    throw SysError(SysError::Verbatim(), error.code(),
                   fmt::format("the store {}: {}", quoted(path), error.what()),
                   way_out(error.code()), error.failure());
  }
}

void Store::prepare() {
  if (!is_there(folder_, "oci-layout")) {
    for (const std::string& name : names_in(folder_)) {
      if (may_be_first(name)) continue;
      throw Error(fmt::format("{} is not an image store, and it is not empty", quoted(path_)),
                  kElsewhere);
    }
    write_durably(folder_, ".oci-layout.new", folder_, "oci-layout", kLayout);
  }
  // layers/ and rootfs/ are the owner's: they may hold set-uid programs of another system's making,
  // or of a container's root.
  for (const char* name :
       {"blobs", "blobs/sha256", "layers", "layers/sha256", "rootfs", kWorkshop, kIncoming}) {
    const bool open_to_all = std::string(name)[0] == 'b';
    sys::make_directory(folder_, name, open_to_all ? 0755 : 0700);
  }
  clear_workshop();
  clear_incoming(open_below(kIncoming), path_);
  if (!is_there(folder_, "index.json")) put_index(empty_index());
}

Fd Store::open_below(const std::string& relative) const {
  Fd folder(
      ::openat(folder_.get(), relative.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) throw SysError(errno, fmt::format("open({})", quoted(path_ + "/" + relative)));
  return folder;
}

void Store::clear_workshop() const {
  try {
    users::with_root_if_needed([&] { empty_folder(workshop()); });
  } catch (const SysError& error) {  // a nuisance, but whoever comes now has other work to do
    narrate::say(fmt::format("(left in {}/{}: {})", path_, kWorkshop, error.what()));
  }
}

std::string Store::index_text() const {
  const Fd file(::openat(folder_.get(), "index.json", O_RDONLY | O_CLOEXEC));
  if (!file) throw SysError(errno, fmt::format("open({})", quoted(path_ + "/index.json")));
  return read_all(file, "index.json");
}

void Store::put_index(const std::string& text) const {
  write_durably(workshop(), "index.json", folder_, "index.json", text);
}

std::vector<IndexEntry> Store::entries() const { return read_index(index_text()); }

std::optional<Descriptor> Store::find(const std::string& name) const {
  for (const IndexEntry& entry : entries()) {
    if (entry.name == name) return entry.descriptor;
  }
  return std::nullopt;
}

void Store::set(const std::string& name, const Descriptor& descriptor, const Origin& origin) const {
  put_index(with_entry(index_text(), name, descriptor, origin));
}

void Store::forget(const std::string& name) const {
  put_shorter(folder_, without_entry(index_text(), name),
              [this](const std::string& text) { put_index(text); });
}

void Store::forget_nameless(const std::string& digest) const {
  put_shorter(folder_, without_nameless(index_text(), digest),
              [this](const std::string& text) { put_index(text); });
}

std::string Store::layer_folder(const std::string& diff_id) const {
  return path_ + "/layers/sha256/" + hex_of(diff_id);
}

std::string Store::rootfs_folder(const std::string& name) const {
  check_name(name);
  return path_ + "/rootfs/" + name;
}

}  // namespace lockstep::images
