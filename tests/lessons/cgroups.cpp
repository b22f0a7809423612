#include "tests/lessons/cgroups.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"
#include "tests/lessons/check.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

bool has_word(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Which hierarchy limits with this controller: its key in a Membership, and its mount.
struct Hierarchy {
  std::string controllers;
  proc::Mount mount;
};

std::optional<proc::Mount> mount_that(const std::string& type, const std::string& option) {
  for (const proc::Mount& mount : proc::mounts()) {
    if (mount.type != type) continue;
    if (!option.empty() && !has_word(split(mount.super_options, ','), option)) continue;
    const auto on_top = proc::mount_of(mount.target);
    if (on_top && on_top->id == mount.id) return mount;
  }
  return std::nullopt;
}

std::optional<Hierarchy> hierarchy_of(const std::string& controller) {
  for (const auto& own : cgroups_of(::getpid())) {
    if (!has_word(split(own.first, ','), controller)) continue;
    if (auto mount = mount_that("cgroup", controller)) return Hierarchy{own.first, *mount};
  }
  if (auto mount = mount_that("cgroup2", "")) return Hierarchy{"", *mount};
  return std::nullopt;
}

std::optional<std::string> folder_in(const Hierarchy& hierarchy, pid_t pid) {
  const Membership all = cgroups_of(pid);
  const auto own = all.find(hierarchy.controllers);
  if (own == all.end() || own->second.starts_with("/..")) return std::nullopt;
  const std::string above = hierarchy.mount.root == "/" ? "" : hierarchy.mount.root;
  if (own->second.compare(0, above.size(), above) != 0) return std::nullopt;
  const std::string below = own->second.substr(above.size());
  return hierarchy.mount.target + (below == "/" ? "" : below);
}

bool may_write(const std::string& path) { return ::access(path.c_str(), W_OK) == 0; }

/// In version 2 what is above a cgroup with processes has to hand the controller on.
bool may_hand_on(const std::string& folder, const std::string& controller) {
  const bool is_the_kernels_root = !fs::exists(folder + "/cgroup.type");
  const bool is_free = is_the_kernels_root || setting(folder, {"cgroup.procs"}).empty() ||
                       !setting(folder, {"cgroup.subtree_control"}).empty();
  return is_free && may_write(folder) && may_write(folder + "/cgroup.procs") &&
         has_word(words_of(setting(folder, {"cgroup.controllers"})), controller);
}

bool can_limit(const Hierarchy& hierarchy, const std::string& controller) {
  auto folder = folder_in(hierarchy, ::getpid());
  if (!folder) return false;
  if (!hierarchy.controllers.empty()) return may_write(*folder);
  for (; folder->size() >= hierarchy.mount.target.size(); folder = fs::path(*folder).parent_path())
    if (may_hand_on(*folder, controller)) return true;
  return false;
}

}  // namespace

Membership cgroups_of(pid_t pid) {
  Membership all;
  for (const std::string& line :
       lines_of(proc::read_file(fmt::format("/proc/{}/cgroup", pid)).value_or(""))) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    all[line.substr(first + 1, second - first - 1)] = line.substr(second + 1);
  }
  return all;
}

std::optional<std::string> cgroup_folder(pid_t pid, const std::string& controller) {
  const auto hierarchy = hierarchy_of(controller);
  return hierarchy ? folder_in(*hierarchy, pid) : std::nullopt;
}

void needs_controller(const std::string& controller) {
  const auto hierarchy = hierarchy_of(controller);
  if (!hierarchy) throw CannotTell("no cgroups are mounted here");
  if (can_limit(*hierarchy, controller)) return;
  throw CannotTell(
      fmt::format("you may make no cgroup that limits {} here: it takes root, or a cgroup that was "
                  "given to you",
                  controller));
}

std::string own_folder(const Container& container, const std::string& controller) {
  const auto host = cgroup_folder(::getpid(), controller);
  const auto folder = cgroup_folder(container.command(), controller);
  if (folder && host && *folder != *host && fs::is_directory(*folder)) return *folder;
  throw Mismatch(container.typed(),
                 fmt::format("/proc/{}/cgroup names another cgroup for {} than /proc/self/cgroup",
                             container.command(), controller),
                 folder ? fmt::format("both are in {}", quoted(*folder)) : "it can't be seen");
}

std::string setting(const std::string& folder, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (auto text = proc::read_file(folder + "/" + file)) {
      while (!text->empty() && text->back() == '\n') text->pop_back();
      return *text;
    }
  }
  return "";
}

bool disappears(const std::string& folder) {
  return eventually([&] { return !fs::exists(folder); });
}

}  // namespace lockstep::lessons
