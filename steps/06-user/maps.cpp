#include "06-user/maps.hpp"

#include <algorithm>

#include "common/cli/options.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/text.hpp"

namespace lockstep::usr {
namespace {

bool overlap(uint32_t first, uint32_t second, const oci::IdMapping& a, const oci::IdMapping& b) {
  return uint64_t{first} < uint64_t{second} + b.size && uint64_t{second} < uint64_t{first} + a.size;
}

/// The kernel says EINVAL to any of these; here it is said which.
void check_map(const std::string& name, const Map& map) {
  if (map.empty()) {
    throw Error(fmt::format("{} is empty, but linux.namespaces has \"user\"", name),
                "say which ids the container has: [{\"containerID\": 0, \"hostID\": 100000, "
                "\"size\": 65536}]");
  }
  for (size_t i = 0; i < map.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const bool clash = overlap(map[i].container_id, map[j].container_id, map[i], map[j]) ||
                         overlap(map[i].host_id, map[j].host_id, map[i], map[j]);
      if (!clash) continue;
      throw Error(fmt::format("{0}: {1}:{2}:{3} and {4}:{5}:{6} overlap", name, map[j].container_id,
                              map[j].host_id, map[j].size, map[i].container_id, map[i].host_id,
                              map[i].size),
                  "an id inside is one id outside, and the other way round");
    }
  }
}

void check_no_namespace(const oci::Linux& linux) {
  if (!linux.uid_mappings.empty() || !linux.gid_mappings.empty()) {
    throw Error(
        "linux.uidMappings, linux.gidMappings: without \"user\" in linux.namespaces there "
        "is nothing to map",
        "add {\"type\": \"user\"} to linux.namespaces");
  }
  if (has_root_powers()) return;
  throw Error("without root a container needs a user namespace of its own",
              "leave --userns host out, or run as root; in a bundle, add {\"type\": \"user\"} to "
              "linux.namespaces, and linux.uidMappings and linux.gidMappings");
}

const oci::Namespace* user_namespace(const oci::Config& config) {
  for (const oci::Namespace& item : config.linux.namespaces) {
    if (item.type == "user") return &item;
  }
  return nullptr;
}

}  // namespace

bool has_own_users(const oci::Config& config) { return user_namespace(config) != nullptr; }

bool joins_users(const oci::Config& config) {
  const oci::Namespace* const users = user_namespace(config);
  return users != nullptr && !users->path.empty();
}

void check_maps(const oci::Config& config) {
  const oci::Namespace* const own = user_namespace(config);
  if (own == nullptr) return check_no_namespace(config.linux);
  if (!own->path.empty()) return;  // it has its maps already
  check_map("linux.uidMappings (--uidmap)", config.linux.uid_mappings);
  check_map("linux.gidMappings (--gidmap)", config.linux.gid_mappings);
  const bool has_root =
      outside(config.linux.uid_mappings, 0) && outside(config.linux.gid_mappings, 0);
  if (!has_root)
    throw Error("linux.uidMappings, linux.gidMappings: the container's root, 0, is not mapped",
                "the container is made by its root: map 0 to an id of the host's");
}

oci::IdMapping parse_mapping(const std::string& option, const std::string& text) {
  if (const auto mapping = users::parse_mapping(text)) return *mapping;
  throw cli::UsageError(
      fmt::format("{}: expected CONTAINER:HOST:SIZE, got {}", option, quoted(text)),
      "three numbers: from which id inside, from which id outside, how many (0:100000:65536); ids "
      "end at 4294967294");
}

}  // namespace lockstep::usr
