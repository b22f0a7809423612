// The store's folders: layers and roots, from the workshop to their place, and away again.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <set>

#include "common/images/durable.hpp"
#include "common/images/empty_folder.hpp"
#include "common/images/location.hpp"
#include "common/images/store.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/users/own_root.hpp"

namespace lockstep::images {
namespace {

/// A document is small (the spec lets a registry refuse more than 4 MiB) and an object.
constexpr off_t kLargestDocument = 4 << 20;

std::optional<std::string> read_document(const Fd& blobs, const std::string& digest) {
  const std::string name = digest.substr(digest.find(':') + 1);
  const Fd file(::openat(blobs.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  char first = 0;
  if (!file || ::fstat(file.get(), &status) != 0 || status.st_size > kLargestDocument ||
      ::pread(file.get(), &first, 1, 0) != 1 || first != '{') {
    return std::nullopt;
  }
  return read_all(file, digest);
}

bool is_document(const Descriptor& descriptor) {
  const std::string& type = descriptor.media_type;
  return type.size() > 5 && type.compare(type.size() - 5, 5, "+json") == 0;
}

std::string words_for(const IndexEntry& entry) {
  return entry.name ? quoted_briefly(*entry.name) : entry.descriptor.digest;
}

/// All digests that can be reached from an entry; throws Error where that can't be told.
void collect(const Fd& blobs, const IndexEntry& entry, std::set<std::string>& used) {
  std::vector<Descriptor> waiting = {entry.descriptor};
  while (!waiting.empty()) {
    const Descriptor next = waiting.back();
    waiting.pop_back();
    if (!is_digest(next.digest))
      throw Error(
          fmt::format("the image {} points to what is no SHA-256 digest", words_for(entry)));
    if (!used.insert(next.digest).second) continue;
    const auto text = read_document(blobs, next.digest);
    if (!text && is_document(next))
      throw Error(fmt::format("of the image {} the blob {} is missing, or no document",
                              words_for(entry), next.digest));
    if (!text) continue;  // a layer
    for (Descriptor& inner : references_in(*text, next.digest)) waiting.push_back(std::move(inner));
  }
}

}  // namespace

Store::Staged Store::stage() const {
  const Fd parent = workshop();
  for (unsigned number = 0;; ++number) {
    std::string name = fmt::format("staged{}", number);
    if (!sys::make_directory(parent, name, 0755)) continue;
    Fd folder(
        ::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) throw SysError(errno, fmt::format("open({})", quoted(name)));
    return {std::move(name), std::move(folder)};
  }
}

void Store::publish(const Staged& staged, const std::string& folder) const {
  struct stat root {};
  if (::fstat(staged.folder.get(), &root) != 0) throw SysError(errno, "fstat(a staged folder)");
  ::fchmod(staged.folder.get(),
           root.st_mode | S_IRWXU);  // to move a folder is to write to its ".."
  remove_folder(folder);
  if (::renameat(workshop().get(), staged.name.c_str(), AT_FDCWD, folder.c_str()) != 0) {
    throw SysError(errno, fmt::format("rename({}, {})", quoted(staged.name), quoted(folder)));
  }
  ::fchmod(staged.folder.get(), root.st_mode);
  const std::string parent = folder.substr(0, folder.rfind('/'));
  sync(sys::open(parent, O_RDONLY | O_DIRECTORY), parent);
}

void Store::discard(const Staged& staged) const {
  try {
    users::with_root_if_needed([&] { empty_folder(staged.folder); });
    ::unlinkat(workshop().get(), staged.name.c_str(), AT_REMOVEDIR);
  } catch (const Error&) {  // then the next one who writes clears it, and says what it can't
  }
}

namespace {

void move_away(const std::string& folder, const Fd& bin) {
  const auto move = [&] {
    return ::renameat(AT_FDCWD, folder.c_str(), bin.get(), "removed") == 0 || errno == ENOENT;
  };
  if (move()) return;
  if (errno == EACCES && ::chmod(folder.c_str(), S_IRWXU) == 0 && move())
    return;  // its ".." is written to
  throw SysError(errno, fmt::format("rename({})", quoted(folder)));
}

}  // namespace

void Store::remove_folder(const std::string& folder) const {
  const Staged bin = stage();
  users::with_root_if_needed([&] {
    move_away(folder, bin.folder);
    empty_folder(bin.folder);
  });
  ::unlinkat(workshop().get(), bin.name.c_str(), AT_REMOVEDIR);
}

Store::Unneeded Store::unneeded() const {
  const Fd blobs_folder = open_below("blobs/sha256");
  std::set<std::string> used;
  for (const IndexEntry& entry : entries()) collect(blobs_folder, entry, used);
  for (const Container& container : containers()) {
    used.insert(container.layers.begin(), container.layers.end());
    if (container.manifest && has_blob(*container.manifest))
      collect(blobs_folder, {container.id, {kManifestType, *container.manifest, 0}}, used);
  }
  Unneeded out;
  for (const std::string& digest : blobs()) {
    if (used.count(digest) == 0) out.blobs.push_back(digest);
  }
  for (const std::string& name : names_in(open_below("layers/sha256"))) {
    if (is_digest("sha256:" + name) && used.count("sha256:" + name) == 0)
      out.layers.push_back("sha256:" + name);
  }
  return out;
}

void Store::remove(const Unneeded& unneeded) const {
  for (const std::string& digest : unneeded.blobs) remove_blob(digest);
  for (const std::string& diff_id : unneeded.layers) remove_folder(layer_folder(diff_id));
}

bool Store::sweep() const {
  Unneeded found;
  try {
    found = unneeded();
  } catch (const Error&) {
    return false;
  }
  remove(found);
  return true;
}

}  // namespace lockstep::images
