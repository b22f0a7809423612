#include "rootfs-fetch/layer_table.hpp"

#include <fcntl.h>

#include <algorithm>

#include "common/cli/table.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "rootfs-fetch/disk_size.hpp"

namespace lockstep::fetch {
namespace {

std::optional<int64_t> unpacked_size(const images::Store& store, const std::string& diff_id) {
  try {
    const auto folder = sys::open_if_there(store.layer_folder(diff_id), O_RDONLY | O_DIRECTORY);
    if (folder) return disk_size(*folder);
  } catch (const SysError& error) {
    if (error.code() != EACCES && error.code() != EPERM) throw;  // another user's store
  }
  return std::nullopt;
}

LayerRow row_of(const Image& image, const images::Store& store, size_t layer) {
  const std::string& diff_id = image.config.diff_ids[layer];
  return {image.manifest.layers[layer].digest,
          diff_id,
          image.manifest.layers[layer].size,
          unpacked_size(store, diff_id),
          {}};
}

/// On one line, without what docker's older builders put before every command.
std::string words_of(const images::History& step) {
  constexpr std::string_view kShell = "/bin/sh -c ";
  constexpr std::string_view kNothing = "#(nop) ";
  std::string text = step.created_by.empty() ? step.comment : step.created_by;
  if (text.starts_with(std::string(kShell) + std::string(kNothing)))
    text.erase(0, kShell.size() + kNothing.size());
  for (char& c : text) c = static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

/// Cut to so many bytes, between two characters.
std::string clipped(const std::string& text, size_t most) {
  if (text.size() <= most) return text;
  size_t end = most - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

std::string day(const std::string& created) {
  return created.empty() || created.starts_with("1970-01-01") ? "-" : created.substr(0, 10);
}

}  // namespace

std::vector<LayerRow> layer_rows(const Image& image, const images::Store& store) {
  const auto& history = image.config.history;
  const auto layers = static_cast<size_t>(
      std::count_if(history.begin(), history.end(),
                    [](const images::History& step) { return !step.empty_layer; }));
  std::vector<LayerRow> out;
  if (layers != image.manifest.layers.size()) {
    for (size_t i = 0; i < image.manifest.layers.size(); ++i)
      out.push_back(row_of(image, store, i));
    return out;
  }
  size_t layer = 0;
  for (const images::History& step : history) {
    out.push_back(step.empty_layer ? LayerRow() : row_of(image, store, layer++));
    out.back().history = step;
  }
  return out;
}

std::string layer_table(const std::vector<LayerRow>& rows, size_t columns) {
  constexpr size_t kDigits = 12;
  constexpr size_t kBefore = 50;  // the columns before the last
  constexpr size_t kLeast = 20;
  const size_t room =
      columns == 0 ? std::string::npos : std::max(columns, kBefore + kLeast) - kBefore;
  std::vector<std::vector<std::string>> cells = {
      {"LAYER", "SIZE", "UNPACKED", "CREATED", "CREATED BY"}};
  for (const LayerRow& row : rows) {
    const bool is_layer = !row.digest.empty();
    cells.push_back({is_layer ? images::hex_of(row.digest).substr(0, kDigits) : "-",
                     is_layer ? images::human_size(row.size) : "-",
                     row.unpacked ? images::human_size(*row.unpacked) : "-",
                     day(row.history.created), clipped(words_of(row.history), room)});
  }
  return cli::table(cells);
}

}  // namespace lockstep::fetch
