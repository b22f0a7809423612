// What the kernel's v2 has, and the spec no field for: the files by their names.
#include "07-cgroup/controllers/controllers.hpp"
#include "common/os/error.hpp"

namespace lockstep::cgroup {

void set_unified(const std::map<std::string, std::string>& files, const Folders& folders) {
  if (files.empty()) return;
  const Folder* const folder = folders.v2();
  for (const auto& [file, value] : files) {
    if (file.starts_with("cgroup.") && !file.starts_with("cgroup.max."))
      throw Error(fmt::format("linux.resources.unified[{}]: is no limit", quoted(file)),
                  "the runtime itself writes to cgroup.procs and its kin");
    const std::string controller = file.substr(0, file.find('.'));
    if (folder == nullptr || (controller != "cgroup" && !folder->has(file)))
      folders.need(controller, fmt::format("linux.resources.unified[{}]", quoted(file)));
    if (folder == nullptr)
      throw Error(
          fmt::format("linux.resources.unified[{}]: these are cgroup v2's, and this machine "
                      "has that controller in v1",
                      quoted(file)),
          "say the same by the fields of linux.resources");
    folder->write(file, value, "asked for by its name");
  }
}

}  // namespace lockstep::cgroup
