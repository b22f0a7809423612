#include "common/images/image.hpp"

#include <sys/stat.h>

#include "common/images/location.hpp"
#include "common/images/platform.hpp"
#include "common/images/reference.hpp"
#include "common/os/error.hpp"

namespace lockstep::images {
namespace {

constexpr const char* kDockerConfigType = "application/vnd.docker.container.image.v1+json";
constexpr std::string_view kSha256 = "sha256:";

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

[[noreturn]] void refuse(const std::string& name, const std::string& there) {
  const bool folder = name.find('/') != std::string::npos && is_folder(name);
  const std::string busybox = "`rootfs-fetch busybox` makes the embedded one";
  throw Error(fmt::format("no image {} in the store {}", quoted_briefly(name), store_folder()),
              folder          ? "for a folder with a container's files: --rootfs " + name
              : there.empty() ? "the store is empty: " + busybox
                              : fmt::format("it has {}; {}", there, busybox));
}

}  // namespace

std::string Image::platform() const {
  return words_of(Platform{config.os, config.architecture, config.variant});
}

int64_t Image::size() const {
  int64_t sum = descriptor.size + manifest.config.size;
  for (const Descriptor& layer : manifest.layers) sum += layer.size;
  return sum;
}

Image load_image(const Store& store, const std::string& name, const Descriptor& descriptor) {
  return load_image(name, descriptor,
                    [&](const Descriptor& document) { return store.read_blob(document); });
}

Image load_image(const std::string& name, const Descriptor& descriptor,
                 const std::function<std::string(const Descriptor&)>& read) {
  if (!is_manifest_type(descriptor.media_type)) {
    throw Error(fmt::format("the image {}: its kind {} is not an image's", quoted_briefly(name),
                            quoted(descriptor.media_type)));
  }
  Image image{name, descriptor, {}, {}};
  image.manifest =
      read_manifest(read(descriptor), fmt::format("the manifest {}", descriptor.digest));
  const Descriptor& config = image.manifest.config;
  if (config.media_type != kConfigType && config.media_type != kDockerConfigType) {
    throw Error(
        fmt::format("{} is no image, but something else that a layout can hold: its config "
                    "is {}",
                    quoted_briefly(name), quoted(config.media_type)));
  }
  image.config = read_config(read(config), fmt::format("the config {}", config.digest));
  if (image.config.diff_ids.size() != image.manifest.layers.size()) {
    throw Error(fmt::format("the image {}: {} layers in the manifest, {} in the config",
                            quoted_briefly(name), image.manifest.layers.size(),
                            image.config.diff_ids.size()));
  }
  return image;
}

namespace {

/// Whether `digest` is what somebody means by `text`: the whole of it, or how it begins, with or
/// without "sha256:". Four digits at least: fewer are a name that is not there.
bool is_meant(const std::string& digest, const std::string& text) {
  constexpr size_t kFewest = 4;
  const std::string digits = text.starts_with(kSha256) ? text.substr(kSha256.size()) : text;
  return digits.size() >= kFewest && digest.substr(kSha256.size()).starts_with(digits);
}

/// None, or the one that is meant.
const IndexEntry* by_digest(const std::vector<IndexEntry>& entries, const std::string& text) {
  const IndexEntry* found = nullptr;
  for (const IndexEntry& entry : entries) {
    if (!is_meant(entry.descriptor.digest, text)) continue;
    if (found != nullptr && found->descriptor.digest != entry.descriptor.digest) {
      throw Error(fmt::format("{} begins the digests of several images", quoted(text)),
                  "more digits, or a name: `images` shows them");
    }
    found = &entry;
  }
  return found;
}

}  // namespace

namespace {

std::vector<IndexEntry> entries_of(const std::optional<Store>& store) {
  return store ? store->entries() : std::vector<IndexEntry>();
}

std::optional<IndexEntry> find_in(const std::vector<IndexEntry>& entries, const std::string& name) {
  for (const std::string& wanted : names_in_store(name)) {
    for (const IndexEntry& entry : entries) {
      if (entry.name == wanted) return entry;
    }
  }
  if (const IndexEntry* const entry = by_digest(entries, name)) return *entry;
  return std::nullopt;
}

IndexEntry find_or_refuse(const std::vector<IndexEntry>& entries, const std::string& name) {
  if (auto found = find_in(entries, name)) return *found;
  std::string there;
  for (const IndexEntry& entry : entries) {
    if (entry.name) there += (there.empty() ? "" : ", ") + quoted_briefly(*entry.name);
  }
  refuse(name, there);
}

}  // namespace

IndexEntry find_entry(const Store& store, const std::string& name) {
  return find_or_refuse(store.entries(), name);
}

IndexEntry find_entry(const std::optional<Store>& store, const std::string& name) {
  return find_or_refuse(entries_of(store), name);
}

std::string name_of(const IndexEntry& entry) {
  return entry.name.value_or(entry.descriptor.digest);
}

Image find_image(const std::optional<Store>& store, const std::string& name) {
  const IndexEntry entry = find_entry(store, name);
  return load_image(*store, name_of(entry), entry.descriptor);
}

std::optional<Image> find_image_if_there(const std::optional<Store>& store,
                                         const std::string& name) {
  const auto entry = find_in(entries_of(store), name);
  if (!entry) return std::nullopt;
  return load_image(*store, name_of(*entry), entry->descriptor);
}

std::string human_size(int64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace lockstep::images
