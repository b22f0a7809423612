// `events`: what a container uses, and what happens to it, a line of JSON each, as runc has it.
#include <poll.h>

#include <chrono>

#include "07-cgroup/commands.hpp"
#include "07-cgroup/counters/counters.hpp"
#include "07-cgroup/duration.hpp"
#include "07-cgroup/oom_watch.hpp"
#include "07-cgroup/pressure_watch.hpp"
#include "07-cgroup/print.hpp"
#include "07-cgroup/stats_json.hpp"
#include "07-cgroup/watched.hpp"
#include "common/os/json_text.hpp"
#include "common/os/narrate.hpp"

namespace lockstep::cgroup {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct Settings {
  milliseconds interval{5'000};
  bool once = false;
};

/// `data` is JSON; empty for none.
void print_event(const std::string& id, const char* type, const std::string& data) {
  print(fmt::format(R"({{"type":"{}","id":{}{}}})"
                    "\n",
                    type, json_quoted(id), data.empty() ? "" : R"(,"data":)" + data));
}

/// No line if it ends meanwhile: what is left to be read then are not its numbers.
void print_stats(const Watched& container) {
  const auto counters = read_counters(container.folders, container.record.pid);
  if (counters && !container.has_ended())
    print_event(container.record.id, "stats", to_json(*counters));
}

/// Until the container ends.
class Events {
 public:
  Events(const Watched& container, milliseconds interval)
      : container_(container), interval_(interval), next_(Clock::now() + interval) {}

  void print_all() {
    for (;;) {
      const std::vector<pollfd> happened = wait();
      const bool ended = happened.back().revents != 0;
      const auto pressure = pressure_.news(happened);
      if (pressure && !ended) event("memory-pressure", *pressure);
      if (oom_.struck()) event("oom", "");
      if (ended) return;
      if (Clock::now() < next_) continue;
      print_stats(container_);
      next_ = std::max(next_ + interval_, Clock::now());
    }
  }

 private:
  void event(const char* type, const std::string& data) {
    print_event(container_.record.id, type, data);
  }

  std::vector<pollfd> wait() const {
    constexpr milliseconds kSoon{10};
    auto files = pressure_.watched();
    files.push_back({oom_.fd().get(), oom_.events(), 0});
    files.push_back({container_.process.get(), POLLIN, 0});
    auto rest = std::chrono::ceil<milliseconds>(next_ - Clock::now());
    if (const milliseconds pause = pressure_.pause(); pause.count() > 0)
      rest = std::min(rest, pause);
    if (oom_.is_about_to()) rest = std::min(rest, kSoon);
    const int timeout = static_cast<int>(std::max(rest, milliseconds(0)).count());
    if (::poll(files.data(), files.size(), timeout) < 0 && errno != EINTR)
      throw SysError(errno, "poll(events)");
    return files;
  }

  const Watched& container_;
  milliseconds interval_;
  Clock::time_point next_;
  OomWatch oom_{container_.folders};
  PressureWatch pressure_{container_.folders};
};

int events(const std::string& id, const Settings& settings) {
  const Watched container = watched(id);
  need_cgroup(container);
  if (settings.once) {
    print_stats(container);
    return 0;
  }
  if (container.folders.find("memory") == nullptr)
    narrate::say("(no end for want of memory is told of: its cgroup has no memory controller)");
  Events(container, settings.interval).print_all();
  return 0;
}

}  // namespace

cli::Command events_command() {
  auto settings = std::make_shared<Settings>();
  cli::Command command;
  command.name = "events";
  command.usage = "[OPTIONS] ID";
  command.summary = "tell what a container uses, and when it lacks memory, as lines of JSON";
  command.options = [settings](cli::Options& options) {
    options.allow_anywhere();
    options.value(
        "interval", "TIME", "between two lines of what it uses: 500ms, 1m30s (default: 5s)",
        [settings](const std::string& text) {
          const auto interval = parse_duration(text);
          if (!interval)
            throw cli::UsageError(fmt::format(
                "expected a time of 1ms to 24h, like 500ms, 5s or 1m30s, got {}", quoted(text)));
          settings->interval = *interval;
        });
    options.flag("stats", "what it uses now, once", [settings] { settings->once = true; });
  };
  command.run = [settings](const std::vector<std::string>& arguments) {
    if (arguments.size() != 1) throw cli::UsageError("events: one container's ID is needed");
    return events(arguments[0], *settings);
  };
  return command;
}

}  // namespace lockstep::cgroup
