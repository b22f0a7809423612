#include "rootfs-fetch/verify.hpp"

#include <map>

#include "common/os/error.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/plain_tar.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

using images::Descriptor;

class Verifier {
 public:
  explicit Verifier(const images::Store& store) : store_(store) {}

  Verdict run() {
    for (const std::string& digest : store_.blobs()) check_blob(digest);
    for (const images::IndexEntry& entry : store_.entries()) {
      ++verdict_.images;
      name_ = images::name_of(entry);
      without_blobs_ = entry.origin.without_blobs;
      check_document(entry.descriptor);
    }
    for (auto& [digest, damage] : damages_) verdict_.damages.push_back(std::move(damage));
    return std::move(verdict_);
  }

 private:
  /// The first problem of a blob is the one that counts.
  void note(const std::string& digest, const std::string& problem, bool is_of_image = true) {
    Damage& damage = damages_.try_emplace(digest, Damage{digest, problem, {}}).first->second;
    if (is_of_image) damage.images.insert(name_);
  }

  /// A plain layer's blob has the same digest.
  void note_layer(const std::string& diff_id) {
    Damage& damage = damages_.try_emplace("unpacked " + diff_id).first->second;
    damage.digest = diff_id;
    damage.problem = fmt::format("the unpacked layer {} is missing", diff_id);
    damage.is_unpacked_layer = true;
    damage.images.insert(name_);
  }

  void check_blob(const std::string& digest) {
    ++verdict_.blobs;
    try {
      const Descriptor blob = store_.describe("", digest);
      verdict_.bytes += blob.size;
      open_verified(store_, blob);
    } catch (const Error& error) {
      note(digest, error.what(), false);
    }
  }

  /// Whether there is more to be looked at behind it.
  bool check_reference(const Descriptor& blob) {
    try {
      store_.open_blob(blob);
    } catch (const Error& error) {
      note(blob.digest, error.what());
      return false;
    }
    if (!damages_.contains(blob.digest)) return true;
    note(blob.digest, "");
    return false;
  }

  void check_document(const Descriptor& document) {
    if (!check_reference(document)) {
      verdict_.is_complete = false;
      return;
    }
    try {
      if (images::is_index_type(document.media_type)) {
        for (const images::IndexEntry& inner :
             images::read_index(store_.read_blob(document), document.digest)) {
          if (store_.has_blob(inner.descriptor.digest)) check_document(inner.descriptor);
        }
      } else {
        check_manifest(document);
      }
    } catch (const Error& error) {
      note(document.digest, error.what());
      verdict_.is_complete = false;
    }
  }

  void check_manifest(const Descriptor& document) {
    const images::Manifest manifest =
        images::read_manifest(store_.read_blob(document), document.digest);
    if (!check_reference(manifest.config)) {
      verdict_.is_complete = false;
      for (const Descriptor& layer : manifest.layers) check_reference(layer);
      return;
    }
    const images::Image image = images::load_image(store_, name_, document);
    for (size_t i = 0; i < manifest.layers.size(); ++i)
      check_layer(manifest.layers[i], image.config.diff_ids[i]);
  }

  void check_layer(const Descriptor& layer, const std::string& diff_id) {
    if (!exists(store_.layer_folder(diff_id))) note_layer(diff_id);
    if (without_blobs_ && !store_.has_blob(layer.digest)) {
      verdict_.without_blobs.insert(name_);
      return;
    }
    if (!check_reference(layer)) return;
    const std::string found = diff_id_of(layer);
    if (found == diff_id) return;
    note(layer.digest,
         fmt::format("the layer {} has the diff id {}, and the image's config says {}",
                     layer.digest, found, diff_id));
  }

  /// Each layer is inflated once.
  const std::string& diff_id_of(const Descriptor& layer) {
    const auto known = diff_ids_.find(layer.digest);
    if (known != diff_ids_.end()) return known->second;
    const auto packing = images::packing_of(layer.media_type);
    if (!packing)
      throw Error(fmt::format("the layer {}: its kind {} can't be unpacked", layer.digest,
                              quoted(layer.media_type)));
    return diff_ids_[layer.digest] =
               measure_plain(store_.open_blob(layer), *packing, layer.digest, nullptr).digest;
  }

  const images::Store& store_;
  Verdict verdict_;
  std::string name_;  // of the image that is looked at
  bool without_blobs_ = false;
  std::map<std::string, Damage> damages_;
  std::map<std::string, std::string> diff_ids_;
};

}  // namespace

Verdict verify(const images::Store& store) { return Verifier(store).run(); }

}  // namespace lockstep::fetch
