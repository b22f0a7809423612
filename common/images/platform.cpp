#include "common/images/platform.hpp"

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::images {
namespace {

#if defined(__x86_64__)
constexpr const char* kArchitecture = "amd64";
#elif defined(__aarch64__)
constexpr const char* kArchitecture = "arm64";
#else
#error "name this processor as GOARCH does: the image-spec's config.md, \"architecture\""
#endif

/// "v7" → 7. The first of each architecture's variants is what no variant means; of 32-bit arm it
/// is the one that such machines have had for long.
unsigned rank(const Platform& platform) {
  const bool is_arm = platform.architecture == "arm";
  const unsigned usual = is_arm ? 7 : platform.architecture == "arm64" ? 8 : 1;
  if (!platform.variant.starts_with('v')) return usual;
  return parse_number<unsigned>(platform.variant.substr(1)).value_or(usual);
}

}  // namespace

std::string words_of(const Platform& platform) {
  return platform.os + "/" + platform.architecture +
         (platform.variant.empty() ? "" : "/" + platform.variant);
}

Platform parse_platform(const std::string& text) {
  std::vector<std::string> parts = split(text, '/');
  if (parts.size() == 1) parts.insert(parts.begin(), "linux");
  bool empty = parts.size() > 3;
  for (const std::string& part : parts) empty = empty || part.empty();
  if (!empty) return {parts[0], parts[1], parts.size() == 3 ? parts[2] : ""};
  throw Error(fmt::format("{} is no platform", quoted_briefly(text)),
              "OS/ARCHITECTURE[/VARIANT] is: linux/amd64, linux/arm/v7");
}

Platform own_platform() { return {"linux", kArchitecture, ""}; }

const IndexEntry* choose(const std::vector<IndexEntry>& entries, const Platform& wanted) {
  const IndexEntry* best = nullptr;
  for (const IndexEntry& entry : entries) {
    if (!is_manifest_type(entry.descriptor.media_type) || !entry.platform) continue;
    const Platform& offered = *entry.platform;
    if (offered.os != wanted.os || offered.architecture != wanted.architecture ||
        rank(offered) > rank(wanted)) {
      continue;
    }
    if (best == nullptr || rank(offered) > rank(*best->platform)) best = &entry;
  }
  return best;
}

}  // namespace lockstep::images
