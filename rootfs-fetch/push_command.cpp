// `rootfs-fetch push NAME [REF]`: an image of the store into a registry.

#include <algorithm>
#include <mutex>
#include <thread>

#include "common/images/image.hpp"
#include "common/images/location.hpp"
#include "common/images/reference.hpp"
#include "common/os/error.hpp"
#include "common/os/json_text.hpp"
#include "common/os/output.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/progress.hpp"
#include "rootfs-fetch/registry/patience.hpp"
#include "rootfs-fetch/registry/registry.hpp"
#include "rootfs-fetch/registry/settings.hpp"
#include "rootfs-fetch/sha256.hpp"

namespace lockstep::fetch {
namespace {

struct Given {
  Settings settings;
  bool json = false;
};

struct Pushed {
  size_t blobs = 0;
  size_t sent = 0;  // of these: the others were there
};

images::Reference destination(const std::string& text) {
  images::Reference reference = images::Reference::parse(text);
  if (reference.place != images::Place::kRegistry)
    throw cli::UsageError(fmt::format("push: {} is in no registry", images::quoted_briefly(text)),
                          "`rootfs-fetch save` writes archives");
  if (!reference.digest.empty())
    throw cli::UsageError("push: a digest is what comes out; give a tag");
  return reference;
}

/// A blob to send, open and verified; nothing where the store has none.
Fd open_to_send(const images::Store& store, const images::Descriptor& blob) {
  if (store.has_blob(blob.digest)) return open_verified(store, blob);
  throw Error(
      fmt::format("the blob {} is not in the store, and the registry lacks it, too", blob.digest),
      "`rootfs-fetch pull --keep-blobs NAME` gets it again");
}

bool send_if_missing(Registry& registry, Http& http, const images::Store& store,
                     const images::Descriptor& blob, Progress::Part& part) {
  const bool there = patiently(http.stop(), [&] { return registry.has_blob(http, blob); });
  if (there) {
    part.finish("is there already");
    return false;
  }
  const Fd file = open_to_send(store, blob);
  patiently(http.stop(), [&] {
    uint64_t before = 0;
    part.start_over();
    part.is("is sent");
    registry.put_blob(http, blob, file, [&](uint64_t sent) {
      part.add(sent - std::min(before, sent));
      before = sent;
    });
  });
  part.finish("sent");
  return true;
}

/// The layers with the config, then the manifest: a registry may insist on that order.
Pushed push(const images::Store& store, const Image& image, Registry& registry, Http& http,
            const std::string& tag, bool show) {
  std::vector<images::Descriptor> blobs = image.manifest.layers;
  blobs.push_back(image.manifest.config);
  Pushed out;
  {
    Progress progress(show);
    std::vector<Progress::Part*> parts;
    parts.reserve(blobs.size());
    for (const images::Descriptor& blob : blobs)
      parts.push_back(&progress.add(images::hex_of(blob.digest).substr(0, 12), blob.size));
    progress.begin();
    for (size_t i = 0; i < blobs.size(); ++i) {
      ++out.blobs;
      if (send_if_missing(registry, http, store, blobs[i], *parts[i])) ++out.sent;
    }
  }
  patiently(http.stop(), [&] {
    registry.put_manifest(http, tag, image.descriptor.media_type, image.manifest_text);
  });
  return out;
}

int run(Given& given, const std::string& name, const std::string& where, const Wishes& wishes) {
  const images::Reference reference = destination(where);
  given.settings.read_file();
  const auto store = images::Store::open();
  const Image image = find_verified(store, name);
  Stop stop;
  Http http(stop);
  Registry registry(Site::of(reference.registry, reference.repository),
                    given.settings.connection(reference.registry));
  patiently(stop, [&] { registry.connect(http); });
  const Pushed pushed = push(*store, image, registry, http, reference.tag, !wishes.quiet);
  const std::string& digest = image.descriptor.digest;
  if (wishes.quiet) {
    print(digest + "\n");
  } else if (given.json) {
    print(fmt::format(R"({{"name":{},"reference":{},"digest":"{}","blobs":{},"sent":{}}})"
                      "\n",
                      json_quoted(image.name), json_quoted(reference.text()), digest, pushed.blobs,
                      pushed.sent));
  } else {
    print(fmt::format("{} pushed to {}, {} of {} blobs sent:\n{}\n", image.name, reference.text(),
                      pushed.sent, pushed.blobs, digest));
  }
  return 0;
}

}  // namespace

cli::Command push_command(const Wishes& wishes) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "push";
  command.usage = "[OPTIONS] NAME [[REGISTRY/]NAME[:TAG]]";
  command.summary = "put an image of the store into a registry, under its own name or another";
  command.options = [given](cli::Options& options) {
    options.allow_anywhere();
    given->settings.add_options(options);
    cli::format_option(options, given->json);
  };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    if (arguments.size() != 2) expect_arguments(arguments, 1, "push", "NAME");
    return run(*given, arguments.front(), arguments.back(), wishes);
  };
  return command;
}

}  // namespace lockstep::fetch
