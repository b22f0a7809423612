#include "07-cgroup/tree.hpp"

#include <dirent.h>
#include <unistd.h>

#include <memory>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/proc.hpp"
#include "common/os/read_folder.hpp"
#include "common/os/text.hpp"

namespace lockstep::cgroup {

std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
  if (!open && (errno == ENOENT || errno == ENOTDIR)) return names;
  if (!open) throw SysError(errno, fmt::format("opendir({})", quoted(folder)));
  while (const dirent* entry = sys::next_entry(open.get(), folder)) {
    const std::string name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") names.push_back(name);
  }
  return names;
}

std::vector<pid_t> processes_below(const std::string& folder) {
  std::vector<pid_t> pids;
  // A threaded cgroup of v2 can't tell its processes (EOPNOTSUPP): the one above it lists them.
  for (const std::string& line :
       split(proc::read_file(folder + "/cgroup.procs").value_or(""), '\n')) {
    const auto pid = parse_number<pid_t>(line);
    if (pid && *pid > 0) pids.push_back(*pid);
  }
  for (const std::string& name : folders_in(folder)) {
    const auto below = processes_below(folder + "/" + name);
    pids.insert(pids.end(), below.begin(), below.end());
  }
  return pids;
}

bool remove_empty(const std::string& folder) {
  try {
    sys::remove_directory(folder, "a cgroup without processes can be removed, like a folder");
    return true;
  } catch (const SysError& error) {
    if (error.code() != EBUSY && error.code() != ENOTEMPTY) throw;
    return false;
  }
}

bool remove_tree(const std::string& folder) {
  if (remove_empty(folder)) return true;
  for (const std::string& name : folders_in(folder)) {
    if (!remove_tree(folder + "/" + name)) return false;
  }
  return remove_empty(folder);
}

}  // namespace lockstep::cgroup
