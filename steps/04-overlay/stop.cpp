// `stop`: the end that the image asks for, and the certain one if that doesn't come.
#include <csignal>
#include <cstdio>

#include "04-overlay/commands.hpp"
#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"
#include "common/os/text.hpp"
#include "common/os/words.hpp"

namespace lockstep::lifecycle {
namespace {

constexpr int kPatience = 10;            // seconds, docker's default
constexpr int kLongestPatience = 86400;  // a day

int seconds_of(const std::string& text) {
  const auto seconds = parse_number<int>(text);
  if (seconds && *seconds >= 0 && *seconds <= kLongestPatience) return *seconds;
  throw cli::UsageError(
      fmt::format("--time: expected seconds, 0 to {}, got {}", kLongestPatience, quoted(text)));
}

/// --stop-signal, else the image's, else TERM.
int stop_signal(const pid::Record& record) {
  const std::string name = oci::annotation(*record.config, oci::kStopSignalAnnotation);
  if (name.empty()) return SIGTERM;
  if (const auto number = words::signal_number(name)) return *number;
  throw Error(fmt::format("container {}: its image's stop signal, {}, is no signal",
                          quoted(record.id), quoted(name)),
              fmt::format("`kill {} TERM`, or whatever it listens to", record.id));
}

void stop(const std::string& id, int seconds, const pid::UndoTable& undo) {
  const pid::Record record = pid::find(id);
  const auto process = pid::locate(record);
  if (!process) return;  // as docker: it is what was asked for
  sys::send_signal(*process, record.pid, stop_signal(record), "a request: it may clean up first");
  pid::do_all(record, undo, &pid::Undoing::let_die);
  if (sys::wait_for_end(*process, seconds * 1000)) return;
  sys::send_signal(*process, record.pid, SIGKILL, "it had its time");
  sys::wait_for_end(*process, -1);
}

}  // namespace

cli::Command stop_command(pid::UndoTable undo) {
  auto seconds = std::make_shared<int>(kPatience);
  cli::Command command;
  command.name = "stop";
  command.usage = "[OPTIONS] ID…";
  command.summary = "ask containers to end, and end them: prints their IDs";
  command.options = [seconds](cli::Options& options) {
    options.allow_anywhere();
    options.value("t,time", "SECONDS", "between the asking and the ending (default: 10)",
                  [seconds](const std::string& text) { *seconds = seconds_of(text); });
  };
  command.run = [seconds, undo = std::move(undo)](const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw cli::UsageError("stop: a container's ID is needed");
    return for_each_id("stop", arguments, [&](const std::string& id) {
      stop(id, *seconds, undo);
      return true;
    });
  };
  return command;
}

}  // namespace lockstep::lifecycle
