#include "07-cgroup/site.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "07-cgroup/delegation.hpp"
#include "07-cgroup/device_filter.hpp"
#include "07-cgroup/v1.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

/// "/a//./b/" → "/a/b"; "/" → "/".
std::string plain(const std::string& path) {
  std::string out;
  for (const std::string& part : split(path, '/')) {
    if (!part.empty() && part != ".") out += "/" + part;
  }
  return out.empty() ? "/" : out;
}

std::string above(const std::string& folder) { return folder.substr(0, folder.rfind('/')); }

bool is_there(const std::string& folder) { return ::access(folder.c_str(), F_OK) == 0; }

bool is_writable(const std::string& folder) {
  return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

/// The cgroup below which the container's is made: the caller's own. Version 2 alone knows the rule
/// that a cgroup with processes hands no controllers on, and the caller's, a login's for instance, is
/// full of them: then the nearest above it that can and that is ours to write, as with runc. What
/// the login itself is limited to, which is rare, doesn't hold there; what is above does.
std::string base_in(const Hierarchy& hierarchy, bool alone) {
  if (!hierarchy.is_v2() || !alone) return hierarchy.own;
  for (std::string path = hierarchy.own;; path = above(path)) {
    const auto folder = hierarchy.folder(path.empty() ? "/" : path);
    if (!folder || !is_writable(*folder)) return hierarchy.own;
    if (can_hand_on(Folder(hierarchy, *folder, sys::open(*folder, O_PATH | O_DIRECTORY))))
      return path;
    if (path.size() <= 1) return hierarchy.own;
  }
}

/// The site in a hierarchy, or why it can't be.
std::optional<Site> site_in(const oci::Config& config, const Hierarchy& hierarchy, bool alone,
                            std::string& why_not) {
  const std::string& wanted = config.linux.cgroups_path;
  const bool absolute = wanted.starts_with('/');
  const std::string name = wanted.empty() ? "lockstep-" + config.id : wanted;
  const std::string base = absolute ? hierarchy.root : base_in(hierarchy, alone);
  const auto folder = hierarchy.folder(plain(absolute ? wanted : base + "/" + name));
  const auto from = hierarchy.folder(plain(base));
  if (!folder || !from || *folder == hierarchy.mount) {
    why_not = fmt::format("{} is not among the cgroups that {} shows", quoted(wanted),
                          quoted(hierarchy.mount));
    return std::nullopt;
  }
  Site site{hierarchy, *from, *folder, {}};
  std::string parent = above(site.folder);
  for (; parent.size() > hierarchy.mount.size() && !is_there(parent); parent = above(parent))
    site.missing.insert(site.missing.begin(), parent);
  if (is_writable(parent)) return site;
  why_not = fmt::format("no folder can be made in {}: {}", quoted(parent), errno_words(errno));
  return std::nullopt;
}

/// Folders above a container's own, which it may share with others.
void make_missing(const Site& site) {
  for (const std::string& folder : site.missing) {
    if (!sys::make_directory(folder, 0755, "a cgroup above the container's")) continue;
    const Folder made(site.hierarchy, folder, sys::open(folder, O_PATH | O_DIRECTORY));
    inherit_cpuset(made);  // v1.cpp
  }
}

Error taken(const std::string& folder) {
  return Error(fmt::format("the cgroup {} exists already", quoted(folder)),
               "another container's, or made by hand: `rmdir` removes one without processes; or "
               "choose another ID, or another linux.cgroupsPath (--cgroup-parent)");
}

}  // namespace

std::vector<Site> sites_for(const oci::Config& config, Folders& folders) {
  std::vector<Site> sites;
  const auto all = hierarchies();
  if (config.without_cgroup) tell_if_none_is_denied(config);  // device_filter.cpp
  for (const Hierarchy& hierarchy : all) {
    std::string why_not;
    if (config.without_cgroup) {
      folders.lacks(hierarchy, "there is to be no cgroup (--cgroup-manager disabled)",
                    "remove the limit, or let the container have a cgroup");
    } else if (auto site = site_in(config, hierarchy, all.size() == 1, why_not)) {
      sites.push_back(std::move(*site));
    } else {
      folders.lacks(hierarchy, why_not);
    }
  }
  return sites;
}

Folder make_folder(const Site& site, Undo& undo) {
  make_missing(site);
  const bool made = sys::make_directory(
      site.folder, 0755, "a cgroup is a folder; the kernel puts its settings there, as files");
  if (!made) {
    undo.note({kCgroupNote, {{"foreign", site.folder}}});
    throw taken(site.folder);
  }
  Folder folder(site.hierarchy, site.folder, sys::open(site.folder, O_RDONLY | O_DIRECTORY));
  inherit_cpuset(folder);  // v1.cpp
  return folder;
}

void note_sites(const std::vector<Site>& sites, Undo& undo) {
  Note note{kCgroupNote, {}};
  for (const Site& site : sites) {
    // In version 1 it may be there in several hierarchies: none of them is ours to note, or remove.
    if (is_there(site.folder)) throw taken(site.folder);
    note.what[site.hierarchy.name()] = site.folder;
    if (site.hierarchy.is_v2()) note.what["from"] = site.from;
    if (!site.missing.empty()) note.what["above:" + site.hierarchy.name()] = site.missing.front();
  }
  if (!note.what.empty()) undo.note(note);
}

std::optional<Site> noted_v2_site(const std::vector<Note>& notes) {
  const Folders folders = noted_folders(notes);
  const Folder* const v2 = folders.v2();
  for (const Note& note : notes) {
    const auto from = note.what.find("from");
    if (v2 != nullptr && note.kind == kCgroupNote && from != note.what.end())
      return Site{v2->hierarchy(), from->second, v2->path(), {}};
  }
  return std::nullopt;
}

Folders noted_folders(const std::vector<Note>& notes) {
  Folders folders;
  for (const Note& note : notes) {
    if (note.kind != kCgroupNote || note.what.contains("foreign")) continue;
    for (const Hierarchy& hierarchy : hierarchies()) {
      const auto noted = note.what.find(hierarchy.name());
      if (noted == note.what.end()) continue;
      auto fd = sys::open_if_there(noted->second, O_RDONLY | O_DIRECTORY);
      if (fd) folders.add(Folder(hierarchy, noted->second, std::move(*fd)));
    }
  }
  return folders;
}

}  // namespace lockstep::cgroup
