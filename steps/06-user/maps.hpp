#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/oci/config.hpp"

/// Lesson 06: the maps of a user namespace: which ids it has, and who they are outside.
namespace lockstep::usr {

using Map = std::vector<oci::IdMapping>;

/// Whether the container has a user namespace of its own: `linux.namespaces` has "user".
bool has_own_users(const oci::Config& config);

/// Throws Error, with the field's place in config.json, if the namespace has no map, a map no
/// namespace, or one id is mapped twice; or if the container has no user namespace and this process
/// no root's power to do without.
void check_maps(const oci::Config& config);

/// "CONTAINER:HOST:SIZE", docker's and podman's order; SIZE may be left out: 1. `option` begins the
/// error.
/// Throws UsageError.
oci::IdMapping parse_mapping(const std::string& option, const std::string& text);
/// A decimal id, 0 to 2^32-2; nothing if it is something else.
std::optional<uint32_t> parse_id(const std::string& text);

/// "0 100000 65536\n": as uid_map is written.
std::string text_of(const Map& map);
/// What id the container's `id` is outside; nothing if it is not mapped.
std::optional<uint32_t> outside(const Map& map, uint32_t id);
/// What id the host's `id` is inside; nothing if the container doesn't have it.
std::optional<uint32_t> inside(const Map& map, uint32_t id);

}  // namespace lockstep::usr
