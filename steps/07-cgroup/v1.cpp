#include "07-cgroup/v1.hpp"

#include <fcntl.h>

#include <algorithm>

#include "common/os/error.hpp"
#include "common/os/files.hpp"

namespace lockstep::cgroup {

void inherit_cpuset(const Folder& folder) {
  const auto& controllers = folder.hierarchy().controllers;
  if (std::find(controllers.begin(), controllers.end(), "cpuset") == controllers.end()) return;
  const std::string above = folder.path().substr(0, folder.path().rfind('/'));
  const Folder parent(folder.hierarchy(), above, sys::open(above, O_PATH | O_DIRECTORY));
  for (const char* file : {"cpuset.cpus", "cpuset.mems"}) {
    if (!folder.read(file).value_or("").empty()) continue;  // cgroup.clone_children has done it
    folder.write(file, parent.read(file).value_or(""),
                 "a new cpuset is empty, and nobody may enter an empty one");
  }
}

void Doors::open(const Folders& folders) {
  for (const Folder& folder : folders.all()) {
    const std::string file = folder.is_v2() ? "cgroup.procs" : "tasks";
    doors_.push_back({folder.path() + "/" + file, folder.open_to_write(file), folder.is_v2()});
  }
}

void Doors::enter(bool born) {
  for (const Door& door : doors_) {
    if (!door.unified || !born)
      sys::write_value(door.file, door.name, "0", "this process goes into the cgroup");
  }
  doors_.clear();
}

}  // namespace lockstep::cgroup
