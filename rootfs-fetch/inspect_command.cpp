// `rootfs-fetch inspect NAME`: what an image is made of.

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/json_text.hpp"
#include "common/os/words.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/layer_table.hpp"

namespace lockstep::fetch {
namespace {

std::string json_of(const LayerRow& row) {
  const std::string unpacked =
      row.unpacked ? fmt::format(",\"unpacked_size\":{}", *row.unpacked) : "";
  return fmt::format(
      "{{\"digest\":{},\"diff_id\":{},\"size\":{}{},\"created\":{},\"created_by\":{}}}",
      json_quoted(row.digest), json_quoted(row.diff_id), row.size, unpacked,
      json_quoted(row.history.created), json_quoted(row.history.created_by));
}

std::string as_json(const Image& image, const images::Store& store) {
  std::string layers;
  for (const LayerRow& row : layer_rows(image, store)) {
    if (!row.digest.empty()) layers += (layers.empty() ? "" : ",") + json_of(row);
  }
  return fmt::format(
      "{{\"name\":{},\"digest\":{},\"size\":{},\"manifest\":{},\"config\":{},\"unpacked\":[{}]}}\n",
      json_quoted(image.name), json_quoted(image.descriptor.digest), image.size(),
      image.manifest_text, image.config_text, layers);
}

/// What an image says of itself may be meant for the terminal.
std::string harmless(const std::string& text) {
  const bool is_plain = std::none_of(text.begin(), text.end(),
                                     [](unsigned char c) { return c < ' ' || c == '\x7f'; });
  return is_plain ? text : quoted(text);
}

/// Of the terminal; 0 where there is none.
size_t columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string as_text(const Image& image, const images::Store& store) {
  const images::ImageConfig& config = image.config;
  std::string out;
  const auto line = [&](const char* what, const std::string& value) {
    if (!value.empty()) out += fmt::format("{:<13} {}\n", what, harmless(value));
  };
  line("name:", image.name);
  line("digest:", image.descriptor.digest);
  line("image id:", image.manifest.config.digest);
  line("platform:", image.platform());
  line("size:", images::human_size(image.size()));
  line("created:", config.created.starts_with("1970-01-01") ? "" : config.created);
  line("made by:", config.created_by);
  if (!config.entrypoint.empty()) line("entrypoint:", words::list(config.entrypoint));
  if (!config.cmd.empty()) line("command:", words::list(config.cmd));
  for (const std::string& variable : config.env) line("environment:", variable);
  line("folder:", config.working_dir);
  line("user:", config.user);
  line("ports:", fmt::format("{}", fmt::join(config.exposed_ports, " ")));
  line("volumes:", fmt::format("{}", fmt::join(config.volumes, " ")));
  line("stop signal:", config.stop_signal);
  for (const auto& [name, value] : config.labels)
    line("label:", fmt::format("{}={}", quoted(name), quoted(value)));
  for (size_t i = 0; i < image.manifest.layers.size(); ++i) {
    const images::Descriptor& layer = image.manifest.layers[i];
    line("layer:", fmt::format("{} ({})", layer.digest, images::human_size(layer.size)));
    line("  diff id:", config.diff_ids[i]);
  }
  if (images::is_name(image.name) && exists(store.rootfs_folder(image.name)))
    line("rootfs:", store.rootfs_folder(image.name));
  return out + "\n" + layer_table(layer_rows(image, store), columns());
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
      fmt::print("{}", *json ? as_json(image, *store) : as_text(image, *store));
    }
    return 0;
  };
  return command;
}

}  // namespace lockstep::fetch
