#include "07-cgroup/delegation.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "07-cgroup/tree.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {
namespace {

/// v2's names of the controllers without which these limits can't be.
std::vector<std::string> needed(const oci::Resources& all) {
  std::vector<std::string> names;
  const auto add = [&](bool is_needed, const char* name) {
    if (is_needed) names.emplace_back(name);
  };
  const auto set = [](const std::optional<int64_t>& number) { return number.value_or(0) > 0; };
  const oci::BlockIo& io = all.block_io;
  add(set(all.cpu.shares) || set(all.cpu.quota) || set(all.cpu.idle), "cpu");
  add(!all.cpu.cpus.empty() || !all.cpu.mems.empty(), "cpuset");
  add(set(all.memory.limit) || set(all.memory.reservation) || set(all.memory.swap), "memory");
  add(all.pids.limit.value_or(-1) >= 0, "pids");
  add(io.weight || !io.weight_device.empty() || !io.read_bps.empty() || !io.write_bps.empty() ||
          !io.read_iops.empty() || !io.write_iops.empty(),
      "io");
  add(!all.hugepage_limits.empty(), "hugetlb");
  add(!all.rdma.empty(), "rdma");
  for (const auto& file : all.unified) names.push_back(file.first.substr(0, file.first.find('.')));
  return names;
}

/// What the cgroup could hand on and doesn't yet.
std::vector<std::string> not_handed_on(const Folder& folder) {
  auto rest = fields(folder.read("cgroup.controllers").value_or(""));
  const auto handed = fields(folder.read("cgroup.subtree_control").value_or(""));
  std::erase_if(rest, [&](const std::string& name) {
    return std::find(handed.begin(), handed.end(), name) != handed.end();
  });
  return rest;
}

std::vector<std::string> processes_in(const Folder& folder) {
  auto pids = split(folder.read("cgroup.procs").value_or(""), '\n');
  std::erase(pids, "");
  return pids;
}

/// The kernel's own root cgroup is the one that may have both.
bool may_have_both(const Folder& folder) { return !folder.has("cgroup.type"); }

void step_aside(const Folder& folder) {
  const std::string own = aside(folder.path());
  sys::make_directory(own, 0755, "a cgroup for the runtime itself: it is in the way");
  const Folder there(folder.hierarchy(), own, sys::open(own, O_PATH | O_DIRECTORY));
  there.write("cgroup.procs", "0", "only a cgroup without processes can hand controllers on");
}

/// All at once; or, where one of them can't be, one by one.
void hand_on(const Folder& folder, const std::vector<std::string>& names, Folders& folders) {
  const auto write = [&](const std::string& text) {
    folder.write("cgroup.subtree_control", text,
                 "the cgroups below it get these controllers' files");
  };
  try {
    return write(fmt::format("+{}", fmt::join(names, " +")));
  } catch (const SysError& error) {
    folders.not_handed_down(names, error.what());
    if (error.code() == EACCES || error.code() == EPERM || error.code() == EROFS) return;
  }
  for (const std::string& name : names) {
    try {
      write("+" + name);
    } catch (const SysError& error) {
      folders.not_handed_down({name}, error.what());
    }
  }
}

void hand_on_from(const Folder& folder, const std::vector<std::string>& wanted, Folders& folders) {
  const auto names = not_handed_on(folder);
  if (names.empty()) return;
  const auto pids = may_have_both(folder) ? std::vector<std::string>() : processes_in(folder);
  if (pids.empty()) return hand_on(folder, names, folders);
  const bool is_needed = std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  });
  const bool only_us = pids.size() == 1 && pids[0] == std::to_string(::getpid());
  if (only_us && is_needed) {
    step_aside(folder);
    return hand_on(folder, names, folders);
  }
  folders.not_handed_down(
      names, fmt::format("the cgroup {} has processes of its own (PID {}{}), and such a one can't "
                         "hand controllers on to others below it",
                         quoted(folder.path()), pids[0], pids.size() > 1 ? ", …" : ""));
}

}  // namespace

bool can_hand_on(const Folder& folder) {
  if (may_have_both(folder)) return true;
  if (!folder.read("cgroup.subtree_control").value_or("").empty()) return true;
  if (!folder.may_write("cgroup.subtree_control")) return false;
  const auto pids = processes_in(folder);
  return pids.empty() || (pids.size() == 1 && pids[0] == std::to_string(::getpid()));
}

std::string aside(const std::string& folder) { return folder + "/lockstep.runtime"; }

void hand_controllers_down(const Site& site, const oci::Resources& resources, Folders& folders) {
  if (!site.hierarchy.is_v2()) return;
  const auto wanted = needed(resources);
  const std::string parent = site.folder.substr(0, site.folder.rfind('/'));
  for (size_t end = site.from.size(); end != std::string::npos;) {
    const std::string path = parent.substr(0, end);
    sys::make_directory(path, 0755, "a cgroup above the container's");
    hand_on_from(Folder(site.hierarchy, path, sys::open(path, O_PATH | O_DIRECTORY)), wanted,
                 folders);
    end = end >= parent.size() ? std::string::npos
                               : std::min(parent.find('/', end + 1), parent.size());
  }
}

void step_back(const std::string& folder) {
  const std::string own = aside(folder);
  const auto there = sys::open_if_there(own, O_PATH | O_DIRECTORY);
  if (!there || remove_empty(own)) return;
  const Folder inside({{}, "", "/", "/"}, own, there->duplicate());
  if (processes_in(inside) != std::vector<std::string>{std::to_string(::getpid())}) return;
  if (folders_in(folder).size() > 1) return;  // another container relies on what is handed on
  const Folder above({{}, "", "/", "/"}, folder, sys::open(folder, O_PATH | O_DIRECTORY));
  for (const std::string& name : fields(above.read("cgroup.subtree_control").value_or("")))
    above.write("cgroup.subtree_control", "-" + name);
  above.write("cgroup.procs", "0");
  remove_empty(own);
}

}  // namespace lockstep::cgroup
