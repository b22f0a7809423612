#include "07-cgroup/site.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "07-cgroup/limit_hints.hpp"
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

/// The site in a hierarchy, or why it can't be.
std::optional<Site> site_in(const oci::Config& config, const Hierarchy& hierarchy,
                            std::string& why_not) {
  const std::string& wanted = config.linux.cgroups_path;
  const bool absolute = wanted.starts_with('/');
  const std::string name = wanted.empty() ? "lockstep-" + config.id : wanted;
  const std::string path = plain(absolute ? wanted : hierarchy.own + "/" + name);
  const auto folder = hierarchy.folder(path);
  const auto from = hierarchy.folder(absolute ? hierarchy.root : hierarchy.own);
  if (!folder || !from || *folder == hierarchy.mount) {
    why_not = fmt::format("{} is not among the cgroups that {} shows", quoted(path),
                          quoted(hierarchy.mount));
    return std::nullopt;
  }
  Site site{hierarchy, *from, *folder, {}};
  std::string parent = above(site.folder);
  for (; parent.size() > hierarchy.mount.size() && !is_there(parent); parent = above(parent))
    site.missing.insert(site.missing.begin(), parent);
  if (::faccessat(AT_FDCWD, parent.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return site;
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

}  // namespace

std::vector<Site> sites_for(const oci::Config& config, Folders& folders) {
  std::vector<Site> sites;
  for (const Hierarchy& hierarchy : hierarchies()) {
    std::string why_not;
    if (auto site = site_in(config, hierarchy, why_not)) {
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
    throw Error(fmt::format("the cgroup {} exists already", quoted(site.folder)),
                "another container's, or made by hand: `rmdir` removes one without processes; or "
                "choose another ID, or another linux.cgroupsPath (--cgroup-parent)");
  }
  Folder folder(site.hierarchy, site.folder, sys::open(site.folder, O_RDONLY | O_DIRECTORY));
  inherit_cpuset(folder);  // v1.cpp
  return folder;
}

void note_sites(const std::vector<Site>& sites, Undo& undo) {
  Note note{kCgroupNote, {}};
  for (const Site& site : sites) {
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
