#include "common/users/id_map.hpp"

#include <fmt/format.h>

#include <charconv>

namespace lockstep::users {

std::optional<uint32_t> parse_id(const std::string& text) {
  constexpr uint32_t kNoId = 4294967295;  // setresuid(2) and chown(2): "leave it as it is"
  uint32_t id = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, id);
  if (parsed.ec != std::errc() || parsed.ptr != end || id == kNoId) return std::nullopt;
  return id;
}

std::string text_of(const Map& map) {
  std::string text;
  for (const oci::IdMapping& range : map)
    text += fmt::format("{} {} {}\n", range.container_id, range.host_id, range.size);
  return text;
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

}  // namespace lockstep::users
