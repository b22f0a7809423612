// `rootfs-fetch inspect NAME`: what an image is made of.

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/json_text.hpp"
#include "common/os/words.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"

namespace lockstep::fetch {
namespace {

std::string as_json(const Image& image) {
  return fmt::format("{{\"name\":{},\"digest\":{},\"size\":{},\"manifest\":{},\"config\":{}}}\n",
                     json_quoted(image.name), json_quoted(image.descriptor.digest), image.size(),
                     image.manifest_text, image.config_text);
}

std::string as_text(const Image& image, const images::Store& store) {
  const images::ImageConfig& config = image.config;
  std::string out;
  const auto line = [&](const char* what, const std::string& value) {
    if (!value.empty()) out += fmt::format("{:<13} {}\n", what, value);
  };
  line("name:", image.name);
  line("digest:", image.descriptor.digest);
  line("image id:", image.manifest.config.digest);
  line("platform:", image.platform());
  line("size:", images::human_size(image.size()));
  line("made by:", config.created_by);
  if (!config.entrypoint.empty()) line("entrypoint:", words::list(config.entrypoint));
  if (!config.cmd.empty()) line("command:", words::list(config.cmd));
  for (const std::string& variable : config.env) line("environment:", variable);
  for (size_t i = 0; i < image.manifest.layers.size(); ++i) {
    const images::Descriptor& layer = image.manifest.layers[i];
    line("layer:", fmt::format("{} ({})", layer.digest, images::human_size(layer.size)));
    line("  diff id:", config.diff_ids[i]);
  }
  if (images::is_name(image.name) && exists(store.rootfs_folder(image.name)))
    line("rootfs:", store.rootfs_folder(image.name));
  return out;
}

}  // namespace

cli::Command inspect_command(const Wishes& wishes) {
  const auto json = std::make_shared<bool>(false);
  cli::Command command;
  command.name = "inspect";
  command.usage = "[OPTIONS] NAME";
  command.summary = "show what an image is made of";
  command.options = [json](cli::Options& options) { add_format(options, *json); };
  command.run = [json, &wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 1, "inspect", "NAME");
    const auto store = images::Store::open();
    const Image image = find_verified(store, arguments[0]);
    if (wishes.quiet) {
      fmt::print("{}\n", image.descriptor.digest);
    } else {
      fmt::print("{}", *json ? as_json(image) : as_text(image, *store));
    }
    return 0;
  };
  return command;
}

}  // namespace lockstep::fetch
