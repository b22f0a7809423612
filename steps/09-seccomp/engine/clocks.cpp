#include "09-seccomp/engine/clocks.hpp"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>

#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/processes.hpp"

namespace lockstep::engine {
namespace {

bool has_own_time(const oci::Config& config) {
  const auto& all = config.linux.namespaces;
  return std::any_of(all.begin(), all.end(), [](const oci::Namespace& item) {
    return item.type == "time" && item.path.empty();
  });
}

}  // namespace

void Clocks::check() const {
  if (config_.linux.time_offsets.empty() || has_own_time(config_)) return;
  throw Error(
      "linux.timeOffsets: without a new \"time\" in linux.namespaces there is no clock to be set",
      "add {\"type\": \"time\"} to linux.namespaces");
}

void Clocks::set() const {
  if (!has_own_time(config_)) return;
  sys::unshare(CLONE_NEWTIME, "clocks of its own: whoever comes next is in there");
  std::string offsets;
  for (const auto& [clock, offset] : config_.linux.time_offsets)
    offsets += fmt::format("{} {} {}\n", clock, offset.seconds, offset.nanoseconds);
  const char* const file = "/proc/self/timens_offsets";
  if (!offsets.empty())
    sys::write_value(sys::open(file, O_WRONLY), file, offsets,
                     "how much later it is in there; it can't be said any more when somebody is");
  sys::join_namespace(sys::open("/proc/self/ns/time_for_children", O_RDONLY), CLONE_NEWTIME,
                      "this process itself is to be in it, too");
}

}  // namespace lockstep::engine
