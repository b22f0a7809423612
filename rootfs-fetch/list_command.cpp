// `rootfs-fetch list`, and what it shares with other commands that show something.

#include <algorithm>

#include "common/cli/table.hpp"
#include "common/os/error.hpp"
#include "common/os/json_text.hpp"
#include "rootfs-fetch/commands.hpp"
#include "rootfs-fetch/image.hpp"
#include "rootfs-fetch/size_limit.hpp"

namespace lockstep::fetch {
namespace {

struct Row {
  std::string name;
  std::string digest;
  std::string platform;  // or why it can't be told
  int64_t size = 0;
};

std::vector<Row> rows() {
  std::vector<Row> out;
  const auto store = images::Store::open();
  for (const images::IndexEntry& entry :
       store ? store->entries() : std::vector<images::IndexEntry>()) {
    if (!entry.name) continue;
    Row row{*entry.name, entry.descriptor.digest, "", 0};
    try {
      const Image image = load_verified(*store, row.name, entry.descriptor);
      row.platform = image.platform();
      row.size = image.size();
    } catch (const Error& error) {
      row.platform = error.what();
    }
    out.push_back(std::move(row));
  }
  std::sort(out.begin(), out.end(),
            [](const Row& one, const Row& other) { return one.name < other.name; });
  return out;
}

std::string as_json(const std::vector<Row>& rows) {
  std::string out;
  for (const Row& row : rows) {
    out += fmt::format("{}{{\"name\":{},\"digest\":{},\"platform\":{},\"size\":{}}}",
                       out.empty() ? "" : ",", json_quoted(row.name), json_quoted(row.digest),
                       json_quoted(row.platform), row.size);
  }
  return "[" + out + "]\n";
}

std::string as_table(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> cells = {{"NAME", "DIGEST", "SIZE", "PLATFORM"}};
  for (const Row& row : rows) {
    cells.push_back({row.name, row.digest.substr(7, 12),
                     row.size == 0 ? "-" : images::human_size(row.size), row.platform});
  }
  return cli::table(cells);
}

}  // namespace

cli::Command list_command(const Wishes& wishes) {
  const auto json = std::make_shared<bool>(false);
  cli::Command command;
  command.name = "list";
  command.usage = "[OPTIONS]";
  command.summary = "list the images of the store";
  command.options = [json](cli::Options& options) { add_format(options, *json); };
  command.run = [json, &wishes](const std::vector<std::string>& arguments) {
    expect_arguments(arguments, 0, "list", "");
    const std::vector<Row> found = rows();
    if (!wishes.quiet) {
      fmt::print("{}", *json ? as_json(found) : as_table(found));
      return 0;
    }
    for (const Row& row : found) fmt::print("{}\n", row.name);
    return 0;
  };
  return command;
}

void add_format(cli::Options& options, bool& json) {
  options.allow_anywhere();
  cli::format_option(options, json);
}

void add_max_size(cli::Options& options, uint64_t& bytes) {
  options.value("max-size", "SIZE", "the most that the layers may unpack to (default: 64G)",
                [&bytes](const std::string& text) { bytes = SizeLimit::parse(text); });
}

void expect_arguments(const std::vector<std::string>& arguments, size_t count,
                      const std::string& command, const std::string& names) {
  if (arguments.size() == count) return;
  const std::string got =
      arguments.size() == 1 ? "1 argument" : fmt::format("{} arguments", arguments.size());
  throw cli::UsageError(
      fmt::format("{}: expected {}, got {}", command, count == 0 ? "no arguments" : names,
                  arguments.empty() ? "nothing" : got),
      fmt::format("`rootfs-fetch {} --help` tells more", command));
}

}  // namespace lockstep::fetch
