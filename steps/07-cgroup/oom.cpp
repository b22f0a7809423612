#include "07-cgroup/oom.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

#include "07-cgroup/folder.hpp"
#include "common/os/files.hpp"

namespace lockstep::cgroup {

std::string oom_words(const std::vector<std::pair<Hierarchy, std::string>>& folders) {
  for (const auto& [hierarchy, path] : folders) {
    const auto& names = hierarchy.controllers;
    const bool v1 = std::find(names.begin(), names.end(), "memory") != names.end();
    if (!v1 && !hierarchy.is_v2()) continue;
    auto fd = sys::open_if_there(path, O_PATH | O_DIRECTORY);
    if (!fd) continue;
    const Folder folder(hierarchy, path, std::move(*fd));
    const auto kills = folder.number(v1 ? "memory.oom_control" : "memory.events", "oom_kill");
    if (kills.value_or(0) == 0) continue;
    const auto limit = folder.read(v1 ? "memory.limit_in_bytes" : "memory.max");
    return fmt::format(
        "the kernel ended it because its memory limit, {} bytes, is too small to start in: the "
        "runtime's own part takes about 256k, and the program comes on top",
        limit.value_or("?"));
  }
  return "";
}

}  // namespace lockstep::cgroup
