#include "07-cgroup/rejoin.hpp"

#include <fcntl.h>

#include "common/os/files.hpp"

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

}  // namespace

Folders folders_to_rejoin(const std::vector<Note>& notes, pid_t container) {
  Folders noted = noted_folders(notes);
  const Folder* const v2 = noted.v2();
  if (v2 == nullptr || v2->read("cgroup.subtree_control").value_or("").empty()) return noted;
  auto lower = further_down(*v2, container);
  if (lower) noted.replace_v2(std::move(*lower));
  return noted;
}

}  // namespace lockstep::cgroup
