// `stats`: what containers use, once or again and again.
#include <poll.h>

#include <csignal>

#include "07-cgroup/commands.hpp"
#include "07-cgroup/live_table.hpp"
#include "07-cgroup/observer.hpp"
#include "07-cgroup/print.hpp"
#include "common/cli/table.hpp"
#include "common/os/watch.hpp"

namespace lockstep::cgroup {
namespace {

constexpr int kInterval = 1'000;  // milliseconds, docker's

struct Settings {
  bool once = false;
  bool json = false;
};

/// False: whoever watches has had enough (Ctrl-C).
bool wait(const Fd& signals) {
  pollfd file{signals.get(), POLLIN, 0};
  if (::poll(&file, 1, kInterval) < 0 && errno != EINTR) throw SysError(errno, "poll(signals)");
  return (file.revents & POLLIN) == 0;
}

void show(const std::vector<Stats>& all, const Settings& settings, LiveTable& table) {
  if (!settings.json) return table.show(cli::table(rows_of(all)));
  for (const Stats& one : all) print(json_line(one));
}

/// The CPU's part takes two moments. A table that lives is there from the first one on, without it.
int stats(const std::vector<std::string>& ids, const Settings& settings) {
  const Fd signals = sys::make_signal_file({SIGINT, SIGTERM, SIGHUP}, "Ctrl-C ends it, in order");
  Observer observer(ids);
  LiveTable table;
  observer.measure();
  const bool nobody = !observer.has_any();
  if (nobody || (!settings.once && !settings.json)) show(observer.stats(), settings, table);
  while (observer.has_any()) {
    if (!wait(signals)) {
      table.leave();
      break;
    }
    observer.measure();
    if (observer.has_any() || settings.once) show(observer.stats(), settings, table);
    if (settings.once) break;
  }
  return 0;
}

}  // namespace

cli::Command stats_command() {
  auto settings = std::make_shared<Settings>();
  cli::Command command;
  command.name = "stats";
  command.usage = "[OPTIONS] [ID…]";
  command.summary = "show what containers use, again and again: CPU, memory, network, disks";
  command.options = [settings](cli::Options& options) {
    options.allow_anywhere();
    options.flag("no-stream", "once, and not every second", [settings] { settings->once = true; });
    cli::format_option(options, settings->json);
  };
  command.run = [settings](const std::vector<std::string>& arguments) {
    return stats(arguments, *settings);
  };
  return command;
}

}  // namespace lockstep::cgroup
