#include "common/users/subids.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "common/os/borrowed_root.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/run_program.hpp"
#include "common/os/text.hpp"
#include "common/users/newuidmap.hpp"

namespace lockstep::users {
namespace {

constexpr uint32_t kFirst = 0x70000000;
constexpr uint32_t kCount = 65536;
constexpr uint32_t kLastId = UINT32_MAX - 1;
constexpr uid_t kNobody = static_cast<uid_t>(-1);  // no line has this number

struct Range {
  uint32_t first;
  uint32_t count;
};
using Ranges = std::vector<Range>;

/// Of users and of groups, each with the file, this process's map and getsubids(1)'s option.
struct Kind {
  const char* file;
  const char* map;
  const char* option;
};
constexpr Kind kUsers = {"/etc/subuid", "/proc/self/uid_map", "-u"};
constexpr Kind kGroups = {"/etc/subgid", "/proc/self/gid_map", "-g"};

std::string host_file(const char* path) {
  const auto file = sys::open_if_there(path, O_RDONLY);
  return file ? read_all(*file, path) : "";
}

}  // namespace

std::string name_of(uid_t uid) {
  for (const std::string& line : split(host_file("/etc/passwd"), '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() > 2 && fields[2] == std::to_string(uid)) return fields[0];
  }
  return std::to_string(uid);
}

namespace {

void add(Ranges& ranges, const std::string& first, const std::string& count) {
  const auto from = parse_id(first);
  const auto size = parse_id(count);
  if (from && size && *size > 0 && uint64_t{*from} + *size <= 4294967295)
    ranges.push_back({*from, *size});
}

/// The ranges that `text`, such a file's, gives a user.
Ranges ranges_in(const std::string& text, const std::string& name, uid_t uid) {
  Ranges ranges;
  for (const std::string& line : split(text, '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() == 3 && (fields[0] == name || fields[0] == std::to_string(uid)))
      add(ranges, fields[1], fields[2]);
  }
  return ranges;
}

/// Where "subid" in nsswitch.conf names another source than the files, a program has to ask it.
Ranges asked_for(const Kind& kind, const std::string& name) {
  Ranges ranges;
  if (host_file("/etc/nsswitch.conf").find("subid:") == std::string::npos) return ranges;
  const auto program = find_on_path("getsubids");
  if (!program) return ranges;
  const auto result = run_program(*program, {"getsubids", kind.option, name}, "",
                                  "subordinate ids may be in a directory service");
  for (const std::string& line : split(result.output, '\n')) {
    const auto words = fields(line);  // "0: alice 100000 65536"
    if (result.status.shell_code() == 0 && words.size() == 4) add(ranges, words[2], words[3]);
  }
  return ranges;
}

/// The ids from `next` up to `end` inside.
void append(Map& map, const Ranges& ranges, uint32_t next, uint32_t end = kCount) {
  for (const Range& range : ranges) {
    const uint32_t size = std::min(range.count, end - std::min(next, end));
    if (size > 0) map.push_back({next, range.first, size});
    next += size;
  }
}

Ranges ranges_of_caller(const Kind& kind) {
  const uid_t uid = ::geteuid();
  const std::string name = name_of(uid);
  Ranges ranges = ranges_in(host_file(kind.file), name, uid);
  return ranges.empty() ? asked_for(kind, name) : ranges;
}

/// The ids that this process's own user namespace has: on the host all of them.
Ranges all_here(const Kind& kind) {
  Ranges ranges;
  for (const oci::IdMapping& range : read_map(kind.map))
    ranges.push_back({range.container_id, range.size});
  return ranges;
}

bool is_here(const Ranges& here, const Range& wanted) {
  return std::any_of(here.begin(), here.end(), [&](const Range& range) {
    return wanted.first >= range.first &&
           uint64_t{wanted.first} + wanted.count <= uint64_t{range.first} + range.count;
  });
}

Map roots_map(const Kind& kind) {
  Map map;
  const std::string text = host_file(kind.file);
  Ranges ranges = ranges_in(text, "lockstep", kNobody);
  if (ranges.empty()) ranges = ranges_in(text, "root", 0);
  if (ranges.empty()) ranges.push_back({kFirst, kCount});
  const Ranges here = all_here(kind);
  const bool are_here = std::all_of(ranges.begin(), ranges.end(),
                                    [&](const Range& range) { return is_here(here, range); });
  if (!are_here && !here.empty()) {  // in a user namespace: all that it has, but for its root
    const uint32_t root = here[0].count == 1 ? 0 : 1;
    ranges = {{here[0].first + root, here[0].count - root}};
  }
  append(map, ranges, 0);
  return map;
}

}  // namespace

Maps own_id_maps() { return {{{0, ::geteuid(), 1}}, {{0, ::getegid(), 1}}}; }

namespace {

Maps maps_up_to(uint32_t end) {
  Maps maps = own_id_maps();
  const Ranges uids = ranges_of_caller(kUsers);
  const Ranges gids = ranges_of_caller(kGroups);
  maps.single_id = uids.empty() || gids.empty() || !obstacle_to_helpers().empty();
  if (maps.single_id) return maps;
  append(maps.uids, uids, 1, end);
  append(maps.gids, gids, 1, end);
  return maps;
}

}  // namespace

Maps default_maps() {
  if (has_root_powers()) return {roots_map(kUsers), roots_map(kGroups)};
  return maps_up_to(kCount);
}

Maps all_id_maps() { return maps_up_to(kLastId); }

namespace {

Ranges without_first(uint32_t count, Ranges ranges) {
  for (Range& range : ranges) {
    const uint32_t less = std::min(range.count, count);
    range = {range.first + less, range.count - less};
    count -= less;
  }
  return ranges;
}

/// `kept` inside is `id` outside; the ids below it and above are subordinate ones.
Map around(const Kind& kind, uint32_t kept, uint32_t id) {
  const Ranges ranges = ranges_of_caller(kind);
  uint64_t count = 0;
  for (const Range& range : ranges) count += range.count;
  if (count < kept) {
    throw Error(
        fmt::format("--userns keep-id: to keep {} it takes {} subordinate ids, and {} gives "
                    "{} {}",
                    kept, kept, kind.file, name_of(::geteuid()), count),
        how_to_get_more_ids());
  }
  Map map;
  append(map, ranges, 0, kept);
  map.push_back({kept, id, 1});
  append(map, without_first(kept, ranges), kept + 1, kLastId);
  return map;
}

}  // namespace

Maps keep_id_maps(uid_t uid, gid_t gid) {
  if (has_root_powers()) {
    throw Error("--userns keep-id: as root the id to keep would be the host's root",
                "leave it out: the container's root is then nobody outside");
  }
  if (uid == 0 && gid == 0) return all_id_maps();
  return {around(kUsers, uid, ::geteuid()), around(kGroups, gid, ::getegid())};
}

}  // namespace lockstep::users
