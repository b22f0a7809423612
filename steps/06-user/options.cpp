#include "06-user/options.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>

#include "03-mount/mount_options.hpp"
#include "06-user/maps.hpp"
#include "06-user/user_switch.hpp"
#include "common/os/borrowed_root.hpp"
#include "common/os/text.hpp"
#include "common/users/subids.hpp"

namespace lockstep::usr {
namespace {

struct Given {
  std::string user;
  std::string groups;
  std::string mode = "private";
  uint32_t kept_uid = 0;
  uint32_t kept_gid = 0;
  Map uids;
  Map gids;
};

bool is_word(const std::string& text) {
  return !text.empty() && text.find_first_of(":,/ \t\n") == std::string::npos;
}

/// "name|uid[:group|gid]"; whether there is such a user only the rootfs knows.
std::string checked_user(const std::string& text) {
  const size_t colon = text.find(':');
  const bool fits = is_word(text.substr(0, colon)) &&
                    (colon == std::string::npos || is_word(text.substr(colon + 1)));
  if (fits) return text;
  throw cli::UsageError(
      fmt::format("--user: expected NAME or ID, and perhaps :GROUP, got {}", quoted(text)));
}

void add_group(Given& given, const std::string& text) {
  if (!is_word(text))
    throw cli::UsageError(
        fmt::format("--group-add: expected a group's name or number, got {}", quoted(text)));
  given.groups += (given.groups.empty() ? "" : ",") + text;
}

uint32_t kept_id(const std::string& text, const std::string& number) {
  if (const auto id = parse_id(number)) return *id;
  throw cli::UsageError(
      fmt::format("--userns: keep-id: expected uid=NUMBER or gid=NUMBER, got {}", quoted(text)));
}

void take_mode(Given& given, const std::string& text) {
  const size_t colon = text.find(':');
  given.mode = text.substr(0, colon);
  const bool known = given.mode == "host" || given.mode == "private" || given.mode == "keep-id";
  if (!known || (colon != std::string::npos && given.mode != "keep-id")) {
    throw cli::UsageError(
        fmt::format("--userns: expected private, host or keep-id, got {}", quoted(text)),
        "private: its root is nobody outside (the default); host: the host's users; keep-id: who "
        "calls has the same id inside");
  }
  given.kept_uid = ::geteuid();
  given.kept_gid = ::getegid();
  if (colon == std::string::npos) return;
  for (const std::string& part : split(text.substr(colon + 1), ',')) {
    const bool is_gid = part.rfind("gid=", 0) == 0;
    const std::string number = part.rfind("uid=", 0) == 0 || is_gid ? part.substr(4) : "";
    (is_gid ? given.kept_gid : given.kept_uid) = kept_id(part, number);
  }
}

bool is_shared(const std::string& word) { return word == "shared" || word == "rshared"; }

/// What a volume may ask for depends on whose users the container has.
void check_volumes(const oci::Config& config, bool own) {
  for (const oci::Mount& mount : config.mounts) {
    const auto& words = mount.options;
    const std::string what = fmt::format("mount {}: option ", quoted(mount.destination));
    if (own && std::any_of(words.begin(), words.end(), is_shared)) {
      throw cli::UsageError(
          what + "shared: nothing that is mounted in a user namespace can appear on the host",
          "--userns host, as root, makes it possible; rslave lets the host's later mounts appear "
          "inside");
    }
    if (!mnt::parse_mount_options(words, mount.type, mount.destination).idmap) continue;
    if (!own)
      throw cli::UsageError(what + "idmap: with --userns host there are no ids to map",
                            "leave it out: the volume's owners are the same inside");
    if (!has_root_powers())
      throw cli::UsageError(what + "idmap: only root may map the ids of the host's files",
                            "leave it out: without root your own files belong to root inside");
  }
}

Maps maps_for(const Given& given) {
  if (!given.uids.empty() || !given.gids.empty()) {  // one alone stands for both, as with podman
    return {given.uids.empty() ? given.gids : given.uids,
            given.gids.empty() ? given.uids : given.gids};
  }
  return given.mode == "keep-id" ? users::keep_id_maps(given.kept_uid, given.kept_gid)
                                 : users::default_maps();
}

void add_namespace(oci::Config& config, Maps maps) {
  config.linux.namespaces.push_back({"user", ""});
  config.linux.uid_mappings = std::move(maps.uids);
  config.linux.gid_mappings = std::move(maps.gids);
}

void give_users(const Given& given, oci::Config& config) {
  Maps maps = maps_for(given);
  config.annotations[kUsersAnnotation] = maps.single_id ? kSingleId : given.mode;
  add_namespace(config, std::move(maps));
  check_maps(config);
}

/// Whose process it is: --user, else (lesson 04) what the image says, else who keeps the id, or
/// root.
void choose_user(const Given& given, oci::Config& config) {
  const std::string kept = fmt::format("{}:{}", given.kept_uid, given.kept_gid);
  const std::string fallback = given.mode == "keep-id" ? kept : "0";
  std::string& user = config.annotations[oci::kUserAnnotation];
  if (!given.user.empty()) user = given.user;
  if (user.empty()) user = fallback;
  if (!given.groups.empty()) config.annotations[kGroupsAnnotation] = given.groups;
}

void fill_in(oci::Config& config, const Given& given) {
  const bool own = given.mode != "host";
  const bool has_maps = !given.uids.empty() || !given.gids.empty();
  if (has_maps && given.mode != "private")
    throw cli::UsageError(fmt::format("--uidmap, --gidmap: not with --userns {}", given.mode),
                          "the maps say already who is who");
  check_volumes(config, own);
  if (own) give_users(given, config);
  if (!own) check_maps(config);
  choose_user(given, config);
  if (!config.process.home_is_a_guess) return;  // else passwd says it, when the user is looked up
  auto& env = config.process.env;
  env.erase(std::remove(env.begin(), env.end(), "HOME=/root"), env.end());
}

/// What any user may have, without subordinate ids.
void map_caller_alone(oci::Config& config) {
  Maps alone;
  alone.uids = {{0, ::geteuid(), 1}};
  alone.gids = {{0, ::getegid(), 1}};
  add_namespace(config, std::move(alone));
  for (oci::Mount& mount : config.mounts)  // a group that such a map doesn't have
    std::erase_if(mount.options, [](const std::string& word) { return word.starts_with("gid="); });
}

}  // namespace

void options(cli::Options& options, oci::Config& config) {
  const auto given = std::make_shared<Given>();
  options.value("u,user", "NAME|UID[:GROUP|GID]",
                "who runs it (default: the image's user, or root)",
                [given](const std::string& text) { given->user = checked_user(text); });
  options.value("group-add", "NAME|GID", "another group that this user is a member of",
                [given](const std::string& text) { add_group(*given, text); });
  options.value("userns", "private|host|keep-id", "users of its own (default), or the host's",
                [given](const std::string& text) { take_mode(*given, text); });
  options.value(
      "uidmap", "CONTAINER:HOST:SIZE", "which user ids it has, and who they are outside",
      [given](const std::string& text) { given->uids.push_back(parse_mapping("--uidmap", text)); });
  options.value(
      "gidmap", "CONTAINER:HOST:SIZE", "the same for groups (default: as --uidmap)",
      [given](const std::string& text) { given->gids.push_back(parse_mapping("--gidmap", text)); });
  options.check([given, &config] { fill_in(config, *given); });
}

void complete_bundle(oci::Config& config, bool rootless) {
  if (!has_root_powers()) return add_namespace(config, users::default_maps());
  if (rootless) map_caller_alone(config);
}

void exec_options(cli::Options& options, oci::Process& process) {
  options.value("u,user", "NAME|UID[:GROUP|GID]", "who runs it (default: the container's user)",
                [&](const std::string& text) { process.user.words = checked_user(text); });
}

}  // namespace lockstep::usr
