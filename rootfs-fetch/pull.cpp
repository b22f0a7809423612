#include "rootfs-fetch/pull.hpp"

#include <algorithm>
#include <thread>

#include "common/images/image.hpp"
#include "common/images/store.hpp"
#include "common/os/narrate.hpp"
#include "rootfs-fetch/layer_fetch.hpp"
#include "rootfs-fetch/publish_pull.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

using images::Store;

constexpr size_t kAtOnce = 6;
constexpr int kTries = 3;

std::optional<std::string> known_document(const std::string& digest) {
  const auto store = Store::open();
  if (!store || !store->has_blob(digest)) return std::nullopt;
  try {
    return read_verified(*store, store->describe("", digest));
  } catch (const Error&) {  // damaged: it comes anew
    return std::nullopt;
  }
}

/// Reads the config, and ties its diff ids to the manifest's layers.
PlannedImage plan(Remote& remote, Http& http, const std::string& name, RemoteImage image) {
  PlannedImage out;
  out.name = name;
  const auto known = known_document(image.config.digest);
  out.config_text = known ? *known : remote.document(http, image.config);
  out.config = images::read_config(out.config_text, fmt::format("the config of {}", name));
  if (out.config.diff_ids.size() != image.layers.size()) {
    throw Error(fmt::format("{} has {} layers in its manifest, and {} in its config", name,
                            image.layers.size(), out.config.diff_ids.size()));
  }
  for (size_t i = 0; i < image.layers.size(); ++i)
    out.layers.push_back({std::move(image.layers[i]), out.config.diff_ids[i]});
  image.layers.clear();
  out.remote = std::move(image);
  return out;
}

void check_platform(const PlannedImage& image, const std::optional<images::Platform>& asked) {
  const images::Platform own{image.config.os, image.config.architecture, image.config.variant};
  const images::Platform wanted = asked.value_or(images::own_platform());
  if (own.os == wanted.os && own.architecture == wanted.architecture) return;
  const std::string what = fmt::format("{} is for {}", image.name, images::words_of(own));
  if (asked) throw Error(fmt::format("{}, not for {}", what, images::words_of(wanted)));
  narrate::say(fmt::format("({}, and this machine is {})", what, images::words_of(wanted)));
}

/// The layers that are to be got, the largest first: so that none of the threads ends much later than
/// the others. Of what stands there twice, one.
std::vector<const WantedLayer*> in_order(const PlannedImage& image) {
  std::vector<const WantedLayer*> out;
  for (const WantedLayer& layer : image.layers) {
    const bool seen = std::any_of(out.begin(), out.end(), [&](const WantedLayer* other) {
      return other->remote.blob.digest == layer.remote.blob.digest &&
             other->diff_id == layer.diff_id;
    });
    if (!seen) out.push_back(&layer);
  }
  std::stable_sort(out.begin(), out.end(), [](const WantedLayer* one, const WantedLayer* other) {
    return one->remote.blob.size > other->remote.blob.size;
  });
  return out;
}

/// Gets layers with several threads. Throws the first error of any.
class LayerCrew {
 public:
  LayerCrew(const std::string& store, Remote& remote, const PullOptions& options, Stop& stop)
      : store_(store),
        remote_(remote),
        limit_(options.max_size),
        keep_blobs_(options.keep_blobs),
        stop_(stop),
        progress_(options.show_progress) {}

  void get(const std::vector<const WantedLayer*>& layers) {
    for (const WantedLayer* layer : layers) {
      const std::string digits = images::hex_of(layer->remote.blob.digest).substr(0, 12);
      parts_.push_back(&progress_.add(digits, layer->remote.blob.size));
    }
    progress_.begin();
    std::vector<std::thread> threads;
    for (size_t i = 0; i < std::min(kAtOnce, layers.size()); ++i)
      threads.emplace_back([&] { work(layers); });
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void work(const std::vector<const WantedLayer*>& layers) {
    try {
      LayerFetch fetch(store_, remote_, limit_, keep_blobs_, stop_);
      for (size_t i = next_++; i < layers.size() && !stop_.requested(); i = next_++)
        fetch.get(*layers[i], *parts_[i]);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      stop_.request();
    }
  }

  const std::string store_;
  Remote& remote_;
  SizeLimit limit_;
  const bool keep_blobs_;
  Stop& stop_;
  Progress progress_;
  std::vector<Progress::Part*> parts_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  std::exception_ptr error_;
};

size_t count_missing(const std::string& store, const PlannedImage& image, bool keep_blobs) {
  const auto layers = in_order(image);
  return static_cast<size_t>(
      std::count_if(layers.begin(), layers.end(), [&](const WantedLayer* layer) {
        return LayerFetch::missing(store, *layer, keep_blobs).any();
      }));
}

/// What breaks off is continued the next time; of what is refused nothing stays.
void get_layers(const std::string& store, Remote& remote, const PullOptions& options, Stop& stop,
                const PlannedImage& image) {
  try {
    LayerCrew(store, remote, options, stop).get(in_order(image));
  } catch (const TransferError& error) {
    if (!error.may_pass()) forget(image);
    throw;
  } catch (const Error&) {
    forget(image);
    throw;
  }
}

/// By its digest: a tag may mean something else tomorrow.
images::Origin origin_of(const images::Reference& reference, const std::string& digest,
                         const PullOptions& options) {
  return {fmt::format("{}/{}@{}", reference.registry, reference.repository, digest),
          !options.keep_blobs};
}

Pulled result_of(const PlannedImage& image) {
  Pulled out;
  out.name = image.name;
  out.manifest = image.remote.manifest;
  out.digest = image.remote.digest;
  out.platform =
      images::words_of({image.config.os, image.config.architecture, image.config.variant});
  out.size = image.remote.manifest.size + image.remote.config.size;
  for (const WantedLayer& layer : image.layers) out.size += layer.remote.blob.size;
  out.layers = image.layers.size();
  return out;
}

}  // namespace

Pulled pull(const images::Reference& reference, const PullOptions& options) {
  Stop stop;
  Http http(stop);
  Remote remote(reference, options.settings);
  const images::Platform platform = options.platform.value_or(images::own_platform());
  PlannedImage image = plan(remote, http, options.name.empty() ? reference.name() : options.name,
                            remote.find(http, platform, known_document));
  image.origin = origin_of(reference, image.remote.digest, options);
  if (!options.expected.empty() && image.remote.manifest.digest != options.expected)
    throw Error(fmt::format("{} is {} here, and comes as {}", image.name, options.expected,
                            image.remote.manifest.digest));
  check_platform(image, options.platform);
  Pulled out = result_of(image);
  if (is_published(image)) return out;
  const std::string store = Store::open_to_write().path();  // and locked no more
  out.changed = true;
  const Fd under_way = pull_under_way(store);
  for (int tries = 1;; ++tries) {
    const size_t missing = count_missing(store, image, options.keep_blobs);
    out.fetched += missing;
    if (missing > 0) get_layers(store, remote, options, stop, image);
    if (publish(image)) return out;
    if (tries == kTries)
      throw Error(fmt::format("{}: what was pulled is removed again at once", image.name),
                  "does something clear the store right now (rootfs-fetch prune)?");
  }
}

}  // namespace lockstep::fetch
