#pragma once

#include <string>

#include "common/oci/config.hpp"
#include "common/users/id_map.hpp"

/// Lesson 06: the maps that a container is given.
namespace lockstep::usr {

using users::inside;
using users::Map;
using users::Maps;
using users::outside;
using users::parse_id;
using users::text_of;

/// Whether the container has a user namespace of its own: `linux.namespaces` has "user".
bool has_own_users(const oci::Config& config);
/// Whether that is one that is there already (by its path: lesson 09), with maps that can't be changed.
bool joins_users(const oci::Config& config);

/// Throws Error, with the field's place in config.json, if the namespace has no map, a map no
/// namespace, or one id is mapped twice; or if the container has no user namespace and this process
/// no root's power to do without.
void check_maps(const oci::Config& config);

/// "CONTAINER:HOST:SIZE", docker's and podman's order; SIZE may be left out: 1. `option` begins the
/// error.
/// Throws UsageError.
oci::IdMapping parse_mapping(const std::string& option, const std::string& text);

/// Annotations, for what the spec has no field.
constexpr const char* kUsersAnnotation = "io.lockstep.userns";  // of run: "private", "keep-id", …
constexpr const char* kSingleId = "single-id";                  // its value where that is all

}  // namespace lockstep::usr
