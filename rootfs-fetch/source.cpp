#include "rootfs-fetch/source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "common/images/location.hpp"
#include "common/images/reference.hpp"
#include "common/os/error.hpp"
#include "rootfs-fetch/naming.hpp"
#include "rootfs-fetch/publish.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {
namespace {

using images::Descriptor;
using images::IndexEntry;
using images::Store;

/// The manifest of the one image that is meant.
Descriptor manifest_of(Source& source, const IndexEntry& entry, const images::Platform& platform) {
  if (!images::is_index_type(entry.descriptor.media_type)) return entry.descriptor;
  const std::string where = fmt::format("the index {}", entry.descriptor.digest);
  const auto inner = images::read_index(source.document(entry.descriptor), where);
  if (const IndexEntry* const chosen = images::choose(inner, platform)) return chosen->descriptor;
  std::string there;
  for (const IndexEntry& each : inner) {
    if (each.platform)
      there += (there.empty() ? "" : ", ") + images::quoted_briefly(words_of(*each.platform));
  }
  throw Error(fmt::format("{} has no image for {}", where, words_of(platform)),
              there.empty() ? "it names no platform at all" : "--platform takes: " + there);
}

void move_in(const Source& source, const Store& store, const Descriptor& descriptor) {
  const std::string name = images::hex_of(descriptor.digest);
  if (::faccessat(source.incoming().folder().get(), name.c_str(), F_OK, 0) == 0)
    store.adopt_blob(source.incoming().folder(), name, descriptor.digest);
}

}  // namespace

const std::string& Source::document(const Descriptor& descriptor) {
  if (const auto known = documents_.find(descriptor.digest); known != documents_.end())
    return known->second;
  if (descriptor.size > kLargestDocument) {
    throw Error(fmt::format("the document {} is {} long; at most {} are read", descriptor.digest,
                            images::human_size(descriptor.size),
                            images::human_size(kLargestDocument)));
  }
  bring(descriptor);
  const std::string name = images::hex_of(descriptor.digest);
  const Fd file(
      ::openat(incoming_.folder().get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) throw SysError(errno, fmt::format("open({})", quoted(name)));
  return documents_[descriptor.digest] = read_all(file, descriptor.digest);
}

Image take_image(Source& source, const IndexEntry& entry, const std::string& name,
                 const images::Platform& platform, SizeLimit& limit) {
  const Descriptor manifest = manifest_of(source, entry, platform);
  const images::Image found = images::load_image(
      name, manifest, [&](const Descriptor& document) { return source.document(document); });
  for (const Descriptor& layer : found.manifest.layers) source.bring(layer);
  const Store store = Store::open_to_write();
  for (const Descriptor& layer : found.manifest.layers) move_in(source, store, layer);
  move_in(source, store, found.manifest.config);
  move_in(source, store, manifest);
  try {
    Image image = load_verified(store, name, manifest);
    publish(store, image, Rootfs::kNone, &limit);
    return image;
  } catch (const Error&) {
    store.sweep();  // of what nobody will ask for
    throw;
  }
}

std::vector<Selection> select(const std::vector<IndexEntry>& entries, const std::string& selected,
                              const std::string& name, const std::string& where) {
  std::vector<Selection> out;
  std::string there;
  for (const IndexEntry& entry : entries) {
    const std::string own = entry.name.value_or("");
    if (!own.empty()) there += (there.empty() ? "" : ", ") + images::quoted_briefly(own);
    if (selected.empty() || own == selected || entry.descriptor.digest == selected)
      out.push_back({entry, own});
  }
  const std::string hint = there.empty() ? "" : "it has " + there;
  if (out.empty() && !selected.empty())
    throw Error(fmt::format("{} has no image {}", where, images::quoted_briefly(selected)), hint);
  if (out.empty()) throw Error(fmt::format("{} has no image", where));
  if (!name.empty() && out.size() > 1)
    throw Error(fmt::format("{} has {} images, and they can't all be called {}", where, out.size(),
                            images::quoted_briefly(name)),
                hint);
  for (Selection& each : out) {
    if (!name.empty()) each.name = name;
    if (each.name.empty())
      throw Error(fmt::format("{} gives the image {} no name", where, each.entry.descriptor.digest),
                  "add one: NAME as the last argument");
    each.name = name_from_elsewhere(each.name);
  }
  return out;
}

}  // namespace lockstep::fetch
