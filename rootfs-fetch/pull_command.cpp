// `rootfs-fetch pull REF`, which is also `rootfs-fetch REF`.

#include "common/images/image.hpp"
#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/json_text.hpp"
#include "common/os/output.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/local.hpp"
#include "rootfs-fetch/losses.hpp"
#include "rootfs-fetch/pull.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"

namespace lockstep::fetch {
namespace {

struct Given {
  PullOptions options;
  bool offline = false;
  bool json = false;
};

std::string names_here() {
  std::string out;
  if (const auto store = images::Store::open()) {
    for (const images::IndexEntry& entry : store->entries()) {
      if (entry.name) out += (out.empty() ? "" : ", ") + images::quoted_briefly(*entry.name);
    }
  }
  return out;
}

std::string offline_hint() {
  const std::string there = names_here();
  return (there.empty() ? "the store is empty" : "the store has " + there) +
         "; `rootfs-fetch busybox` makes the embedded image, without a network";
}

Pulled result_of(const images::Image& image) {
  Pulled out;
  out.name = image.name;
  out.manifest = image.descriptor;
  out.digest = image.descriptor.digest;
  out.platform = image.platform();
  out.size = image.size();
  out.layers = image.manifest.layers.size();
  return out;
}

Pulled from_store(const std::string& name) {
  const auto store = images::Store::open();
  for (const std::string& known : images::names_in_store(name)) {
    const auto descriptor = store ? store->find(known) : std::nullopt;
    if (!descriptor) continue;
    return result_of(images::load_image(*store, known, *descriptor));
  }
  throw Error(fmt::format("no image {} in the store {}, and --offline asks nobody else",
                          images::quoted_briefly(name), images::store_folder()),
              "without --offline its registry is asked; " + offline_hint());
}

Pulled from_here(const images::Reference& reference, const PullOptions& options) {
  const auto platform = options.platform.value_or(images::own_platform());
  const Image image = pull_local(reference, "", platform, options.max_size);
  Pulled out = result_of(image);
  out.fetched = out.layers;
  out.changed = true;
  return out;
}

/// A short name may be meant for what is here: then the error says what that is.
Pulled from_registry(const images::Reference& reference, const PullOptions& options) {
  try {
    return pull(reference, options);
  } catch (const TransferError& error) {
    if (error.kind() != TransferError::Kind::kUnreachable) throw;
    throw Error(fmt::format("the image {} can't be got: {}",
                            images::quoted_briefly(reference.text()), error.what()),
                error.hint().empty() ? offline_hint() : error.hint());
  }
}

std::string as_json(const Pulled& pulled) {
  return fmt::format(
      R"({{"name":{},"digest":"{}","registryDigest":"{}","platform":{},"size":{},"layers":{},"fetched":{},"changed":{}}})"
      "\n",
      json_quoted(pulled.name), pulled.manifest.digest, pulled.digest, json_quoted(pulled.platform),
      pulled.size, pulled.layers, pulled.fetched, pulled.changed);
}

std::string as_text(const Pulled& pulled) {
  const std::string what = pulled.changed
                               ? fmt::format("{} pulled, {} of {} layers fetched:", pulled.name,
                                             pulled.fetched, pulled.layers)
                               : fmt::format("{} is there already:", pulled.name);
  return fmt::format("{}\n{} ({}, {}) in the store {}\n", what, pulled.manifest.digest,
                     pulled.platform, images::human_size(pulled.size), images::store_folder());
}

int run(const Given& given, const std::string& text, const Wishes& wishes) {
  const images::Reference reference = images::Reference::parse(text);
  if (text == kEmbedded) return make_embedded(wishes);
  PullOptions options = given.options;
  options.settings.read_file();
  options.show_progress = !wishes.quiet;
  const bool is_local = reference.place != images::Place::kRegistry;
  const Pulled pulled = is_local        ? from_here(reference, options)
                        : given.offline ? from_store(text)
                                        : from_registry(reference, options);
  print(wishes.quiet ? pulled.manifest.digest + "\n"
        : given.json ? as_json(pulled)
                     : as_text(pulled));
  return 0;
}

void add_options(cli::Options& options, Given& given) {
  options.allow_anywhere();
  given.options.settings.add_options(options);
  options.value(
      "platform", "OS/ARCH[/VARIANT]", "the image for another machine than this one",
      [&given](const std::string& text) { given.options.platform = images::parse_platform(text); });
  options.value(
      "max-size", "SIZE", "refuse an image that unpacks to more (64G)",
      [&given](const std::string& text) { given.options.max_size = SizeLimit::parse(text); });
  options.boolean("keep-blobs", "keep the layers as they came, for save and push (default: true)",
                  [&given](bool value) { given.options.keep_blobs = value; });
  options.flag("offline", "ask nobody: only say what is here", [&given] { given.offline = true; });
  cli::format_option(options, given.json);
}

}  // namespace

cli::Command pull_command(const Wishes& wishes) {
  const auto given = std::make_shared<Given>();
  cli::Command command;
  command.name = "pull";
  command.usage =
      "[OPTIONS] [REGISTRY/]NAME[:TAG|@DIGEST]\n   or: pull [OPTIONS] oci:DIR[:NAME] | "
      "oci-archive:FILE[:NAME] | docker-archive:FILE[:NAME] | dir:DIR";
  command.summary = "get an image from a registry (also without this word: rootfs-fetch NAME)";
  command.options = [given](cli::Options& options) { add_options(options, *given); };
  command.run = [given, &wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 1, "pull", "an image's name");
    return with_all_owners([&] { return run(*given, arguments[0], wishes); });
  };
  return command;
}

}  // namespace lockstep::fetch
