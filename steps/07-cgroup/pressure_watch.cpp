// Being told when memory gets short.
#include "07-cgroup/pressure_watch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "07-cgroup/counters/parse.hpp"
#include "07-cgroup/event_control.hpp"
#include "07-cgroup/stats_json.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "common/os/narrate.hpp"
#include "common/os/watch.hpp"

namespace lockstep::cgroup {
namespace {

// In any two seconds (the kernel grants who isn't root no other time) some process waits for 150 ms.
constexpr const char* kTrigger = "some 150000 2000000";
constexpr std::chrono::milliseconds kPause{2'000};
constexpr const char* kLevels = "memory.pressure_level";
constexpr const char* kPressure = "memory.pressure";

void say_why_not(const std::string& reason) {
  narrate::say(fmt::format("(memory pressure is not told of: {})", reason));
}

}  // namespace

PressureWatch::PressureWatch(const Folders& folders) : folders_(folders) {
  const Folder* const folder = folders.find("memory");
  v1_ = folder != nullptr && !folder->is_v2() && folder->has(kLevels) ? folder : nullptr;
  if (v1_ != nullptr) {
    watch_levels();
  } else if (folders.v2() != nullptr && folders.v2()->has(kPressure)) {
    set_trigger();
  } else {
    say_why_not("the kernel doesn't measure it for this cgroup; see its option psi=1");
  }
}

void PressureWatch::watch_levels() {
  medium_ = event_of(*v1_, kLevels, "medium");
  critical_ = event_of(*v1_, kLevels, "critical");
}

void PressureWatch::set_trigger() {
  try {
    trigger_ = folders_.v2()->open_to_read_and_write(kPressure);
    sys::write_value(trigger_, folders_.v2()->path() + "/" + kPressure, kTrigger,
                     "tell when processes wait so long for memory: microseconds, of how many");
  } catch (const SysError& error) {  // psi=0 (EOPNOTSUPP), a limit of triggers, another's file
    trigger_.reset();
    say_why_not(error.what());
  }
}

std::chrono::milliseconds PressureWatch::pause() const {
  const auto rest = pause_until_ - std::chrono::steady_clock::now();
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(rest), std::chrono::milliseconds(0));
}

std::vector<pollfd> PressureWatch::watched() const {
  const bool pauses = pause().count() > 0;
  const auto file = [&](const Fd& fd, short events) {
    return pollfd{pauses ? -1 : fd.get(), events, 0};
  };
  return {file(trigger_, POLLPRI), file(medium_, POLLIN), file(critical_, POLLIN)};
}

std::optional<std::string> PressureWatch::news(const std::vector<pollfd>& waited) {
  if (pause().count() > 0) return std::nullopt;
  auto told = v1_ != nullptr ? level() : stalls(waited[0].revents);
  if (told) pause_until_ = std::chrono::steady_clock::now() + kPause;
  return told;
}

std::optional<std::string> PressureWatch::level() {
  const bool critical = sys::take_events(critical_) > 0;
  const bool medium = sys::take_events(medium_) > 0;
  if (!v1_->has(kLevels)) return std::nullopt;  // the news was its removal
  if (!critical && !medium) return std::nullopt;
  return fmt::format(R"({{"level":"{}"}})", critical ? "critical" : "medium");
}

std::optional<std::string> PressureWatch::stalls(short happened) {
  if ((happened & POLLERR) != 0) trigger_.reset();  // the cgroup is gone
  if ((happened & POLLPRI) == 0 || !trigger_) return std::nullopt;
  const auto pressure = pressure_in(folders_, kPressure);
  if (!pressure) return std::nullopt;
  return fmt::format(R"({{"psi":{}}})", to_json(*pressure));
}

}  // namespace lockstep::cgroup
