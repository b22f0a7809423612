#include "tests/docs/cgroups.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/mounts.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"

namespace fs = std::filesystem;

namespace lockstep::docs {
namespace {

constexpr const char* kPlace = "/sys/fs/cgroup";

std::string text_of(const std::string& file) { return proc::read_file(file).value_or(""); }

/// Whether the kernel took it; a controller that can't be had is no error here.
bool write(const std::string& file, const std::string& value) {
  std::ofstream out(file);
  out << value << std::flush;
  return out.good();
}

std::vector<std::string> words_in(const std::string& file) {
  std::string text = text_of(file);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.empty() ? std::vector<std::string>() : split(text, ' ');
}

void hand_all_on(const std::string& folder) {
  for (const std::string& name : words_in(folder + "/cgroup.controllers"))
    write(folder + "/cgroup.subtree_control", "+" + name);
}

bool can_hand_on(const std::string& folder) {
  const bool is_the_kernels_root = !fs::exists(folder + "/cgroup.type");
  return is_the_kernels_root || !words_in(folder + "/cgroup.subtree_control").empty() ||
         text_of(folder + "/cgroup.procs").empty();
}

/// The mount that shows a hierarchy, by the first of its controllers; none for version 2.
std::optional<proc::Mount> mount_of_hierarchy(const std::string& controller) {
  for (const proc::Mount& mount : proc::mounts()) {
    const auto options = split(mount.super_options, ',');
    const bool shows = controller.empty()
                           ? mount.type == "cgroup2"
                           : mount.type == "cgroup" && std::find(options.begin(), options.end(),
                                                                 controller) != options.end();
    const auto on_top = proc::mount_of(mount.target);
    if (shows && on_top && on_top->id == mount.id && mount.target.starts_with(kPlace)) return mount;
  }
  return std::nullopt;
}

/// A line of /proc/self/cgroup, "8:pids:/user.slice" (version 2's: "0::/user.slice"): the folder.
std::optional<std::string> folder_of(const std::string& path, const proc::Mount& mount) {
  const std::string above = mount.root == "/" ? "" : mount.root;
  if (path.compare(0, above.size(), above) != 0 || path.starts_with("/..")) return std::nullopt;
  const std::string below = path.substr(above.size());
  return below == "/" ? mount.target : mount.target + below;
}

/// An empty cpuset can't be entered.
void inherit_cpuset(const std::string& folder) {
  for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
    const std::string own = folder + file;
    if (fs::exists(own) && text_of(own) == "\n")
      write(own, text_of(fs::path(folder).parent_path().string() + file));
  }
}

void remove_below(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored)) remove_below(entry.path());
  }
  for (int tries = 0; ::rmdir(folder.c_str()) != 0 && errno == EBUSY && tries < 500; ++tries)
    ::usleep(10'000);  // a process that was killed needs a moment until it is gone
}

}  // namespace

Cgroups::Cgroups() {
  for (const std::string& line : split(text_of("/proc/self/cgroup"), '\n')) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const auto mount = mount_of_hierarchy(split(controllers, ',').front());
    const auto own = mount ? folder_of(line.substr(second + 1), *mount) : std::nullopt;
    if (!own) continue;
    std::string base = *own;
    while (controllers.empty() && base != mount->target && !can_hand_on(base))
      base = fs::path(base).parent_path();
    const std::string folder = fmt::format("{}/docs-check-{}", base, ::getpid());
    if (::mkdir(folder.c_str(), 0755) != 0) continue;  // read-only, or not ours: done without
    all_.push_back({mount->target, folder, controllers.empty()});
    if (has_v2_only()) hand_all_on(base);
    inherit_cpuset(folder);
  }
}

Cgroups::~Cgroups() {
  for (const Own& own : all_) remove_below(own.folder);
}

void Cgroups::enter() const {
  const auto go_to = [](const std::string& folder) {
    const std::string file = folder + "/cgroup.procs";
    sys::write_value(sys::open(file, O_WRONLY), file, "0");
  };
  for (const Own& own : all_) go_to(own.folder);
  sys::unshare(CLONE_NEWCGROUP);
  if (!has_v2_only()) return;
  // As on a machine with systemd: the shell is in a session, and what is above it hands all on.
  const std::string session = all_[0].folder + "/session";
  sys::make_directory(session, 0755);
  go_to(session);
  hand_all_on(all_[0].folder);
}

void Cgroups::show() const {
  std::vector<Fd> folders;
  for (const Own& own : all_) folders.push_back(sys::open(own.folder, O_PATH | O_DIRECTORY));
  if (!all_.empty() && !has_v2_only())
    sys::mount("tmpfs", kPlace, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755");
  for (size_t i = 0; i < all_.size(); ++i) {
    fs::create_directories(all_[i].mount);
    sys::mount(folders[i].path(), all_[i].mount, "", MS_BIND);
    const Fd mounted = sys::open(all_[i].mount, O_PATH | O_DIRECTORY);
    sys::set_mount_attributes({mounted, all_[i].mount}, {.clear = MOUNT_ATTR_RDONLY});
  }
}

}  // namespace lockstep::docs
