#include "04-overlay/images_command.hpp"

#include <algorithm>
#include <memory>

#include "02-pid/format.hpp"
#include "common/cli/table.hpp"
#include "common/images/image.hpp"
#include "common/os/json_text.hpp"

namespace lockstep::overlay {
namespace {

struct Row {
  std::string name;
  std::string digest;
  std::string created;  // RFC 3339; may be empty
  int64_t size = 0;
  size_t layers = 0;
  std::string problem;  // why the rest can't be told
};

Row row_of(const images::Store& store, const images::IndexEntry& entry) {
  Row row;
  row.name = *entry.name;
  row.digest = entry.descriptor.digest;
  try {
    const images::Image image = images::load_image(store, row.name, entry.descriptor);
    row.created = image.config.created;
    row.size = image.size();
    row.layers = image.manifest.layers.size();
  } catch (const Error& error) {
    row.problem = error.what();
  }
  return row;
}

std::vector<Row> rows() {
  std::vector<Row> out;
  const auto store = images::Store::open();
  if (!store) return out;
  for (const images::IndexEntry& entry : store->entries()) {
    if (entry.name) out.push_back(row_of(*store, entry));
  }
  std::sort(out.begin(), out.end(),
            [](const Row& one, const Row& other) { return one.name < other.name; });
  return out;
}

/// The day; "-" where it is not told, or is told as 1970, which is how it is left out where the same
/// image is to have the same digest.
std::string day(const std::string& created) {
  return created.empty() || created.starts_with("1970-01-01") ? "-" : created.substr(0, 10);
}

std::string as_table(const std::vector<Row>& rows) {
  constexpr size_t kPrefix = 7;  // "sha256:"
  std::vector<std::vector<std::string>> cells = {{"NAME", "DIGEST", "CREATED", "LAYERS", "SIZE"}};
  for (const Row& row : rows) {
    const std::string digest = row.digest.substr(kPrefix, 12);
    if (row.problem.empty()) {
      cells.push_back({row.name, digest, day(row.created), std::to_string(row.layers),
                       images::human_size(row.size)});
    } else {
      cells.push_back({row.name, digest, "-", "-", row.problem});
    }
  }
  return cli::table(cells);
}

std::string as_json(const std::vector<Row>& rows) {
  std::string out;
  for (const Row& row : rows) {
    out += fmt::format("{}{{\"name\":{},\"digest\":{},\"size\":{},\"created\":{},\"layers\":{}{}}}",
                       out.empty() ? "" : ",", json_quoted(row.name), json_quoted(row.digest),
                       row.size, json_quoted(row.created), row.layers,
                       row.problem.empty() ? "" : ",\"problem\":" + json_quoted(row.problem));
  }
  return "[" + out + "]\n";
}

void list(const pid::Format& format) {
  const std::vector<Row> found = rows();
  if (!format.quiet) return print(format.json ? as_json(found) : as_table(found));
  for (const Row& row : found) print(row.name + "\n");
}

}  // namespace

cli::Command images_command() {
  const auto format = std::make_shared<pid::Format>();
  cli::Command command;
  command.name = "images";
  command.usage = "[OPTIONS]";
  command.summary = "list the images of the store";
  command.options = [format](cli::Options& options) {
    options.allow_anywhere();
    options.flag("q,quiet", "only the names", [format] { format->quiet = true; });
    cli::format_option(options, format->json);
  };
  command.run = [format](const std::vector<std::string>& arguments) {
    if (!arguments.empty())
      throw cli::UsageError(
          fmt::format("images: expected no arguments, got {}", quoted(arguments[0])),
          "one image in full: `rootfs-fetch inspect NAME`");
    list(*format);
    return 0;
  };
  return command;
}

}  // namespace lockstep::overlay
