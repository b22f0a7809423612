#include "common/oci/config_lessons.hpp"

#include <algorithm>
#include <array>

#include "common/os/error.hpp"
#include "common/os/text.hpp"

namespace lockstep::oci {
namespace {

struct Field {
  const char* place;
  int lesson;
};

constexpr std::array kFields = {
    Field{"linux.netDevices", 5},
    Field{"process.user.additionalGids", 6},
    Field{"linux.uidMappings", 6},
    Field{"linux.gidMappings", 6},
    Field{"linux.cgroupsPath", 7},
    Field{"linux.resources", 7},
    Field{"linux.intelRdt", 7},
    Field{"process.oomScoreAdj", 8},
    Field{"process.apparmorProfile", 8},
    Field{"process.capabilities", 8},
    Field{"process.execCPUAffinity", 8},
    Field{"process.ioPriority", 8},
    Field{"process.noNewPrivileges", 8},
    Field{"process.rlimits", 8},
    Field{"process.scheduler", 8},
    Field{"process.selinuxLabel", 8},
    Field{"linux.mountLabel", 8},
    Field{"linux.sysctl", 8},
    Field{"linux.personality", 8},
    Field{"linux.memoryPolicy", 8},
    Field{"hooks", 9},
    Field{"linux.seccomp", 9},
    Field{"linux.timeOffsets", 9},
};

struct Type {
  const char* name;
  int lesson;  // that makes a new one
  int joins;   // that joins one by its path
  bool by_default;
};
constexpr std::array kNamespaces = {
    Type{"pid", 2, 9, true},   Type{"network", 5, 5, true}, Type{"ipc", 2, 9, true},
    Type{"uts", 1, 9, true},   Type{"mount", 3, 9, true},   Type{"cgroup", 7, 9, true},
    Type{"user", 6, 9, false}, Type{"time", 9, 9, false},
};

/// What is found, in the order of the tables.
struct Found {
  std::vector<std::string> places;
  int newest = 0;

  void add(const JsonPlace& here, int lesson, const std::string& what = "") {
    places.push_back(here.way() + (what.empty() ? "" : " (" + what + ")"));
    newest = std::max(newest, lesson);
  }
};

/// Looks for the way `parts` below `here`.
void look(const JsonPlace& here, const std::vector<std::string>& parts, size_t at, int brings,
          Found& found) {
  const auto member = here.find(parts[at]);
  if (!member) return;
  const bool is_set = parts[at] == "netDevices";  // {"eth0": {}} asks for eth0
  if (is_set ? here.keys(parts[at]).empty() : member->nothing()) return;
  if (at + 1 == parts.size()) return found.add(*member, brings);
  look(*member, parts, at + 1, brings, found);
}

void look_at_user(const JsonPlace& user, int lesson, Found& found) {
  for (const char* id : {"uid", "gid"}) {
    const auto member = user.find(id);
    if (lesson < 6 && member && member->number<int64_t>() != 0) found.add(*member, 6);
  }
}

void look_at_mount(const JsonPlace& mount, int lesson, Found& found) {
  if (lesson < 7 && mount.text("type").starts_with("cgroup"))
    found.add(mount, 7, mount.text("type"));
  for (const char* key : {"uidMappings", "gidMappings"}) {
    if (lesson < 6) look(mount, {key}, 0, 6, found);
  }
}

void look_at_namespace(const JsonPlace& item, int lesson, Found& found) {
  const std::string name = item.text("type");
  const auto type = std::find_if(kNamespaces.begin(), kNamespaces.end(),
                                 [&](const Type& one) { return one.name == name; });
  if (type == kNamespaces.end()) return;  // the reader says that there is none such
  const int brings = item.text("path").empty() ? type->lesson : type->joins;
  if (lesson < brings) found.add(item, brings, name);
}

}  // namespace

void refuse_later_lessons(const JsonPlace& config, int lesson) {
  Found found;
  const auto process = config.find("process");
  const auto user = process ? process->find("user") : std::nullopt;
  if (user) look_at_user(*user, lesson, found);
  for (const Field& field : kFields) {
    if (lesson < field.lesson) look(config, split(field.place, '.'), 0, field.lesson, found);
  }
  config.each("mounts", [&](const JsonPlace& mount) { look_at_mount(mount, lesson, found); });
  if (const auto linux = config.find("linux")) {
    linux->each("namespaces",
                [&](const JsonPlace& item) { look_at_namespace(item, lesson, found); });
  }
  if (found.places.empty()) return;
  throw Error(
      fmt::format("{}: {}: not supported by this step", config.name(), found.places.front()),
      fmt::format("it takes step{:02} to do all that this file asks for; for this one, remove {}",
                  found.newest, fmt::join(found.places, ", ")));
}

std::vector<std::string> default_namespaces(int lesson) {
  std::vector<std::string> names;
  for (const Type& type : kNamespaces) {
    if (type.by_default && type.lesson <= lesson) names.emplace_back(type.name);
  }
  return names;
}

bool is_name_of_host(const std::string& name) {
  constexpr size_t kLongest = 64;  // __NEW_UTS_LEN
  return !name.empty() && name.size() <= kLongest &&
         std::none_of(name.begin(), name.end(),
                      [](unsigned char byte) { return byte <= ' ' || byte == 0x7F; });
}

}  // namespace lockstep::oci
