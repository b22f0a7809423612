#include "rootfs-fetch/registry/remote.hpp"

#include "common/os/narrate.hpp"
#include "rootfs-fetch/registry/patience.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

constexpr int kDeepest = 3;  // of indexes in indexes

/// "mirror.example:5000/cache" has library/alpine at cache/library/alpine.
Site site_at(const std::string& mirror, const std::string& repository) {
  const size_t slash = mirror.find('/');
  const std::string host = mirror.substr(0, slash);
  if (slash == std::string::npos) return {host, host, repository};
  return {host, host, mirror.substr(slash + 1) + "/" + repository};
}

/// Looks through an index, and the indexes in it.
class Search {
 public:
  using Get = std::function<RemoteDocument(const std::string& digest)>;

  Search(const images::Platform& wanted, std::string where, Get get)
      : wanted_(wanted), where_(std::move(where)), get_(std::move(get)) {}

  /// The manifest for the platform. Throws Error that says what there is instead.
  RemoteDocument run(const RemoteDocument& index) {
    if (auto found = look_through(index, 0)) return std::move(*found);
    throw Error(fmt::format("{} has nothing for {}", where_, images::words_of(wanted_)),
                fmt::format("it has {}: --platform OS/ARCHITECTURE takes another one",
                            offered_.empty() ? "no platform" : offered_));
  }

 private:
  std::optional<RemoteDocument> look_through(const RemoteDocument& index, int depth) {
    const auto entries = images::read_index(index.text, where_);
    note(entries);
    if (const auto* const chosen = images::choose(entries, wanted_))
      return get_(chosen->descriptor.digest);
    for (const images::IndexEntry& entry : entries) {
      if (depth == kDeepest || !images::is_index_type(entry.descriptor.media_type)) continue;
      if (auto found = look_through(get_(entry.descriptor.digest), depth + 1)) return found;
    }
    return std::nullopt;
  }

  void note(const std::vector<images::IndexEntry>& entries) {
    for (const images::IndexEntry& entry : entries) {
      if (!entry.platform || entry.platform->os == "unknown") continue;
      offered_ += (offered_.empty() ? "" : ", ") + images::words_of(*entry.platform);
    }
  }

  const images::Platform& wanted_;
  const std::string where_;
  const Get get_;
  std::string offered_;
};

}  // namespace

Remote::Remote(const images::Reference& reference, const Settings& settings)
    : reference_(reference) {
  for (const std::string& mirror : settings.mirrors(reference.registry)) {
    const Site site = site_at(mirror, reference.repository);
    registries_.push_back(std::make_unique<Registry>(site, settings.connection(site.registry)));
  }
  registries_.push_back(std::make_unique<Registry>(
      Site::of(reference.registry, reference.repository), settings.connection(reference.registry)));
}

RemoteImage Remote::find(Http& http, const images::Platform& platform, const Known& known) {
  for (found_at_ = 0; found_at_ + 1 < registries_.size(); ++found_at_) {
    try {
      return find_at(*registries_[found_at_], http, platform, known);
    } catch (const Error& error) {
      narrate::say(fmt::format("(the mirror {} doesn't help: {})",
                               registries_[found_at_]->site().registry, error.what()));
    }
  }
  return find_at(*registries_[found_at_], http, platform, known);
}

RemoteImage Remote::find_at(Registry& registry, Http& http, const images::Platform& platform,
                            const Known& known) {
  const auto get = [&](const std::string& which) -> RemoteDocument {
    if (auto text = images::is_digest(which) ? known(which) : std::nullopt)
      return {"", std::move(*text), which};
    return patiently(http.stop(), [&] { return registry.manifest(http, which); });
  };
  patiently(http.stop(), [&] { registry.connect(http); });
  const std::string wanted = reference_.digest.empty() ? reference_.tag : reference_.digest;
  const std::string where = reference_.text();
  RemoteDocument document = get(wanted);
  if (is_index(document, where)) {
    document = Search(platform, where, get).run(document);
    if (is_index(document, where)) throw Error(where + " calls an index a manifest");
  }
  return read_image(document, where);
}

void Remote::blob(Http& http, const RemoteLayer& layer, uint64_t from,
                  const Registry::Receiver& receiver) {
  uint64_t at = from;
  const Registry::Receiver counted = [&](std::string_view data) {
    receiver(data);
    at += data.size();
  };
  for (size_t i = found_at_; i + 1 < registries_.size(); ++i) {
    try {
      return registries_[i]->blob(http, layer.blob, at, counted);
    } catch (const TransferError& error) {
      if (error.may_pass() || http.stop().requested()) throw;
      patiently(http.stop(), [&] { registries_[i + 1]->connect(http); });
    }
  }
  try {
    registries_.back()->blob(http, layer.blob, at, counted);
  } catch (const TransferError& error) {
    if (error.kind() != TransferError::Kind::kMissing || layer.urls.empty()) throw;
    registries_.back()->blob_at(http, layer.urls.front(), layer.blob, at, counted);
  }
}

std::string Remote::document(Http& http, const images::Descriptor& descriptor) {
  std::string text;
  patiently(http.stop(), [&] {
    text.clear();
    blob(http, {descriptor, {}}, 0, [&](std::string_view data) { text.append(data); });
  });
  const std::string found = digest_of(text);
  if (found == descriptor.digest) return text;
  throw Error(fmt::format("the blob {} of {}: what came has the digest {}", descriptor.digest,
                          reference_.text(), found));
}

}  // namespace lockstep::fetch
