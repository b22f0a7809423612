#pragma once

#include <string>
#include <vector>

#include "07-cgroup/folder.hpp"
#include "common/oci/config.hpp"
#include "common/story/story.hpp"

/// Lesson 07: where a container's cgroup lies, and the folders that are made for it.
namespace lockstep::cgroup {

/// Where it is to be in one hierarchy: below the caller's own cgroup, whose limits go on holding for it
/// (for version 2's exception see base_in): ".../lockstep-ID", or as `linux.cgroupsPath` has it.
struct Site {
  Hierarchy hierarchy;
  std::string from;                  // the folder from which on controllers are handed down
  std::string folder;                // the container's
  std::vector<std::string> missing;  // folders above it that have to be made, the topmost first
};

/// The sites in all hierarchies where this process may make folders; why not in the others goes to
/// `folders`.
std::vector<Site> sites_for(const oci::Config& config, Folders& folders);

/// Makes the folder of a site, and those above it. Throws Error if it is there already: a cgroup
/// that this container didn't make is not its own to limit, freeze or remove.
/// Order: after note_sites.
Folder make_folder(const Site& site, Undo& undo);

/// The kind of note that says where a container's cgroup is: for each hierarchy's name its folder,
/// for "above:NAME" the topmost folder that was made above it; "from": whence controllers are handed
/// down; "foreign": one that isn't ours after
/// all.
constexpr const char* kCgroupNote = "cgroup";
void note_sites(const std::vector<Site>& sites, Undo& undo);

/// The folders of a container that was made earlier, by its notes.
Folders noted_folders(const std::vector<Note>& notes);
/// Its site in version 2's hierarchy, if there is one.
std::optional<Site> noted_v2_site(const std::vector<Note>& notes);

}  // namespace lockstep::cgroup
