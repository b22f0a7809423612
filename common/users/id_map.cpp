#include "common/users/id_map.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::users {

namespace {

constexpr uint32_t kNoId = 4294967295;  // setresuid(2) and chown(2): "leave it as it is"

}  // namespace

std::optional<uint32_t> parse_id(const std::string& text) {
  const auto id = parse_number<uint32_t>(text);
  return id == kNoId ? std::nullopt : id;
}

std::optional<oci::IdMapping> parse_mapping(const std::string& text) {
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto container = parse_id(parts[0]);
  const auto host = parse_id(parts[1]);
  const auto size =
      parts.size() == 2 ? 1 : parse_number<uint32_t>(parts[2]);  // of all ids: 4294967295
  if (!container || !host || !size || *size == 0) return std::nullopt;
  if (uint64_t{std::max(*container, *host)} + *size > kNoId) return std::nullopt;
  return oci::IdMapping{*container, *host, *size};
}

std::string text_of(const oci::IdMapping& range) {
  return fmt::format("{}:{}:{}", range.container_id, range.host_id, range.size);
}

std::string text_of(const Map& map) {
  std::string text;
  for (const oci::IdMapping& range : map)
    text += fmt::format("{} {} {}\n", range.container_id, range.host_id, range.size);
  return text;
}

Map read_map(const std::string& path) {
  Map map;
  for (const std::string& line : split(proc::read_file(path).value_or(""), '\n')) {
    const auto words = fields(line);
    if (const auto range = parse_mapping(fmt::format("{}", fmt::join(words, ":"))))
      map.push_back(*range);
  }
  return map;
}

std::optional<uint32_t> outside(const Map& map, uint32_t id) {
  for (const oci::IdMapping& range : map) {
    if (id >= range.container_id && id - range.container_id < range.size)
      return range.host_id + (id - range.container_id);
  }
  return std::nullopt;
}

std::optional<uint32_t> inside(const Map& map, uint32_t id) {
  for (const oci::IdMapping& range : map) {
    if (id >= range.host_id && id - range.host_id < range.size)
      return range.container_id + (id - range.host_id);
  }
  return std::nullopt;
}

Map seen_by(const Map& map, const Map& viewer) {
  Map out;
  for (const oci::IdMapping& range : map) {
    for (const oci::IdMapping& part : viewer) {
      const uint64_t first = std::max(range.host_id, part.host_id);
      const uint64_t end =
          std::min(uint64_t{range.host_id} + range.size, uint64_t{part.host_id} + part.size);
      if (first >= end) continue;
      const auto at = static_cast<uint32_t>(first);
      out.push_back({range.container_id + (at - range.host_id),
                     part.container_id + (at - part.host_id), static_cast<uint32_t>(end - first)});
    }
  }
  return out;
}

bool are_all_seen_by(const Map& map, const Map& viewer) {
  const auto count = [](const Map& ranges) {
    uint64_t sum = 0;
    for (const oci::IdMapping& range : ranges) sum += range.size;
    return sum;
  };
  return count(seen_by(map, viewer)) == count(map);
}

}  // namespace lockstep::users
