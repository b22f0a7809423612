#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/oci/config.hpp"

/// The maps of a user namespace, as /proc/PID/uid_map and gid_map have them.
namespace lockstep::users {

using Map = std::vector<oci::IdMapping>;

struct Maps {
  Map uids;
  Map gids;
  bool single_id = false;  // of the ids that were looked for, more could not be had
};

/// A decimal id, 0 to 2^32-2; nothing if it is something else.
std::optional<uint32_t> parse_id(const std::string& text);

/// "CONTAINER:HOST:SIZE" ("0:100000:65536"), docker's and podman's order; SIZE may be left out: 1.
/// Nothing if it is something else, or goes beyond the ids that there are.
std::optional<oci::IdMapping> parse_mapping(const std::string& text);
/// The same as text.
std::string text_of(const oci::IdMapping& range);

/// "0 100000 65536\n": as uid_map is written.
std::string text_of(const Map& map);
/// The same the other way: of a process's /proc/PID/uid_map, or gid_map. Empty if there is none.
Map read_map(const std::string& path);
/// What id the container's `id` is outside; nothing if it is not mapped.
std::optional<uint32_t> outside(const Map& map, uint32_t id);
/// What id the host's `id` is inside; nothing if the container doesn't have it.
std::optional<uint32_t> inside(const Map& map, uint32_t id);
/// The map with the numbers that a namespace with the map `viewer` has for the ids outside; without
/// those that it has none for.
Map seen_by(const Map& map, const Map& viewer);
/// Whether the viewer has a number for all of them.
bool are_all_seen_by(const Map& map, const Map& viewer);

}  // namespace lockstep::users
