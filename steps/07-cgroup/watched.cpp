// A container that is looked at while it runs.
#include "07-cgroup/watched.hpp"

#include "07-cgroup/limit_hints.hpp"
#include "07-cgroup/site.hpp"
#include "common/os/error.hpp"

namespace lockstep::cgroup {

bool Watched::has_ended() const { return sys::wait_for_end(process, 0); }

Watched watched(const std::string& id) {
  pid::Record record = pid::find(id);
  auto process = pid::locate(record);
  if (!process)
    throw Error(fmt::format("container {} is {}: it uses nothing any more", quoted(id),
                            words(pid::status_now(record))));
  Folders folders = noted_folders(record.notes);
  return {std::move(record), std::move(*process), std::move(folders)};
}

void need_cgroup(const Watched& container) {
  if (!container.folders.empty()) return;
  throw Error(fmt::format("container {} has no cgroup of its own, so the kernel doesn't count what "
                          "it uses",
                          quoted(container.record.id)),
              kNoCgroupHint);
}

}  // namespace lockstep::cgroup
