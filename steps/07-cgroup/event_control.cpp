#include "07-cgroup/event_control.hpp"

#include <fmt/format.h>

#include "common/os/watch.hpp"

namespace lockstep::cgroup {

Fd event_of(const Folder& folder, const std::string& file, const std::string& about) {
  Fd events = sys::make_event_counter("the kernel adds 1 to it when it has news");
  const Fd source = folder.open_to_read(file);
  const std::string line = fmt::format("{} {} {}", events.get(), source.get(), about);
  folder.write("cgroup.event_control", about.empty() ? line.substr(0, line.size() - 1) : line,
               "which descriptor to tell of which file's news");
  return events;
}

}  // namespace lockstep::cgroup
