#include "07-cgroup/rejoin.hpp"

#include <fcntl.h>

#include <algorithm>
#include <map>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

/// The folder of v2 that its first process is in, if that is below the container's own.
std::optional<Folder> further_down(const Folder& own, pid_t container) {
  const auto path = cgroup_of(container, own.hierarchy());
  const auto folder = path ? own.hierarchy().folder(*path) : std::nullopt;
  if (!folder || !folder->starts_with(own.path() + "/")) return std::nullopt;
  auto fd = sys::open_if_there(*folder, O_RDONLY | O_DIRECTORY);
  if (!fd) return std::nullopt;
  return Folder(own.hierarchy(), *folder, std::move(*fd));
}

/// "a//b/" → "/a/b"; "/" → "".
std::string below(const std::string& path) {
  std::string out;
  for (const std::string& part : split(path, '/')) {
    if (part == "..")
      throw Error(fmt::format("--cgroup: {} leads out of the container's cgroup", quoted(path)),
                  "a path from there on down: /a/b");
    if (!part.empty() && part != ".") out += "/" + part;
  }
  return out;
}

bool has(const Hierarchy& hierarchy, const std::string& controller) {
  const auto& names = hierarchy.controllers;
  return hierarchy.name() == controller ||
         std::find(names.begin(), names.end(), controller) != names.end();
}

/// For each hierarchy's name the path that is asked for.
std::map<std::string, std::string> paths_in(const Folders& own,
                                            const std::vector<std::string>& cgroups) {
  std::map<std::string, std::string> paths;
  for (const std::string& text : cgroups) {
    const size_t colon = text.find(':');
    const std::string path = below(colon == std::string::npos ? text : text.substr(colon + 1));
    if (colon == std::string::npos) {
      for (const Folder& folder : own.all()) paths[folder.hierarchy().name()] = path;
      continue;
    }
    for (const std::string& controller : split(text.substr(0, colon), ',')) {
      const auto found =
          std::find_if(own.all().begin(), own.all().end(),
                       [&](const Folder& folder) { return has(folder.hierarchy(), controller); });
      if (found == own.all().end())
        throw Error(fmt::format("--cgroup: the container has no cgroup of a hierarchy for {}",
                                quoted(controller)),
                    "see `cat /proc/PID/cgroup` of its first process; in version 2 there is one "
                    "for all, and no controller is named");
      paths[found->hierarchy().name()] = path;
    }
  }
  return paths;
}

}  // namespace

Folders folders_below(const std::vector<Note>& notes, const std::vector<std::string>& cgroups) {
  const Folders own = noted_folders(notes);
  const auto paths = paths_in(own, cgroups);
  if (own.empty()) throw Error("--cgroup: the container has no cgroup of its own");
  Folders out;
  for (const Folder& folder : own.all()) {
    const auto asked = paths.find(folder.hierarchy().name());
    const std::string path = folder.path() + (asked == paths.end() ? "" : asked->second);
    auto fd = sys::open_if_there(path, O_RDONLY | O_DIRECTORY);
    if (!fd)
      throw Error(fmt::format("--cgroup: {}: there is no such cgroup", quoted(path)),
                  "it is made first, by mkdir; with CONTROLLER:PATH in that one's hierarchy alone");
    out.add(Folder(folder.hierarchy(), path, std::move(*fd)));
  }
  return out;
}

Folders folders_to_rejoin(const std::vector<Note>& notes, pid_t container) {
  Folders noted = noted_folders(notes);
  const Folder* const v2 = noted.v2();
  if (v2 == nullptr || v2->read("cgroup.subtree_control").value_or("").empty()) return noted;
  auto lower = further_down(*v2, container);
  if (lower) noted.replace_v2(std::move(*lower));
  return noted;
}

}  // namespace lockstep::cgroup
