#include "common/images/image.hpp"

#include <sys/stat.h>

#include "common/images/location.hpp"
#include "common/os/error.hpp"

namespace lockstep::images {
namespace {

constexpr std::string_view kLatest = ":latest";
constexpr std::string_view kSha256 = "sha256:";

/// "web" and "web:latest" mean the same.
std::string other_name(const std::string& name) {
  const bool has_it = name.ends_with(kLatest);
  return has_it ? name.substr(0, name.size() - kLatest.size()) : name + std::string(kLatest);
}

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
  if (descriptor.media_type != kManifestType) {
    throw Error(fmt::format("the image {}: its kind {} is not an image's", quoted_briefly(name),
                            quoted(descriptor.media_type)));
  }
  Image image{name, descriptor, {}, {}};
  image.manifest =
      read_manifest(read(descriptor), fmt::format("the manifest {}", descriptor.digest));
  const Descriptor& config = image.manifest.config;
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

Image find_image(const std::optional<Store>& store, const std::string& name) {
  std::string there;
  const auto entries = store ? store->entries() : std::vector<IndexEntry>();
  for (const std::string& wanted : {name, other_name(name)}) {
    for (const IndexEntry& entry : entries) {
      if (entry.name == wanted) return load_image(*store, wanted, entry.descriptor);
    }
  }
  if (const IndexEntry* const entry = by_digest(entries, name))
    return load_image(*store, entry->name.value_or(entry->descriptor.digest), entry->descriptor);
  for (const IndexEntry& entry : entries) {
    if (entry.name) there += (there.empty() ? "" : ", ") + quoted_briefly(*entry.name);
  }
  refuse(name, there);
}

std::string human_size(int64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace lockstep::images
