#include "07-cgroup/layout.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <functional>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

/// A line of /proc/PID/cgroup: "4:memory:/user/x"; version 2's is "0::/user/x".
struct Membership {
  std::vector<std::string> controllers;
  std::string path;
};

std::vector<Membership> memberships(const std::string& file) {
  std::vector<Membership> all;
  for (const std::string& line : split(proc::read_if_there(file).value_or(""), '\n')) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    Membership one;
    const std::string names = line.substr(first + 1, second - first - 1);
    if (!names.empty()) one.controllers = split(names, ',');
    one.path = line.substr(second + 1);
    all.push_back(std::move(one));
  }
  return all;
}

/// The mount of a hierarchy has its controllers among the options of its file system.
bool shows(const proc::Mount& mount, const Membership& member) {
  if (member.controllers.empty()) return mount.type == "cgroup2";
  const auto options = split(mount.super_options, ',');
  return mount.type == "cgroup" &&
         std::find(options.begin(), options.end(), member.controllers.front()) != options.end();
}

/// Something else may have been mounted over it since, or over a folder above.
bool is_on_top(const proc::Mount& mount) {
  struct stat status {};
  if (::stat(mount.target.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) return false;
    throw SysError(errno, fmt::format("stat({})", quoted(mount.target)));  // not: it has none
  }
  return mount.device == fmt::format("{}:{}", major(status.st_dev), minor(status.st_dev));
}

std::vector<Hierarchy> look(const std::string& mountinfo, const std::string& cgroup,
                            const std::function<bool(const proc::Mount&)>& reachable) {
  std::vector<Hierarchy> all;
  const auto mounts = proc::mounts(mountinfo, "cgroup");
  for (const Membership& member : memberships(cgroup)) {
    for (const proc::Mount& mount : mounts) {
      if (!shows(mount, member) || !reachable(mount)) continue;
      Hierarchy here{member.controllers, mount.target, mount.root, member.path};
      if (!here.folder(here.own)) continue;
      const auto place = here.is_v2() ? all.begin() : all.end();
      all.insert(place, std::move(here));
      break;
    }
  }
  return all;
}

}  // namespace

std::string Hierarchy::name() const {
  return is_v2() ? "unified" : fmt::format("{}", fmt::join(controllers, ","));
}

std::optional<std::string> Hierarchy::folder(const std::string& path) const {
  // A cgroup above the namespace's root reads as "/..": it can't be named.
  if (path.starts_with("/..") || root.starts_with("/..")) return std::nullopt;
  const std::string above = root == "/" ? "" : root;
  if (path != above && path.substr(0, above.size() + 1) != above + "/") return std::nullopt;
  const std::string below = path.substr(above.size());
  return below == "/" ? mount : mount + below;
}

std::vector<Hierarchy> hierarchies() {
  return look("/proc/self/mountinfo", "/proc/self/cgroup", is_on_top);
}

std::vector<Hierarchy> hierarchies_in(const std::string& mountinfo, const std::string& cgroup) {
  return look(mountinfo, cgroup, [](const proc::Mount&) { return true; });
}

std::optional<std::string> cgroup_of(pid_t pid, const Hierarchy& hierarchy) {
  for (const Membership& member : memberships(fmt::format("/proc/{}/cgroup", pid))) {
    if (member.controllers == hierarchy.controllers) return member.path;
  }
  return std::nullopt;
}

}  // namespace lockstep::cgroup
