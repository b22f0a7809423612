#include "09-seccomp/engine/log.hpp"

#include <fcntl.h>

#include <array>
#include <string_view>
#include <utility>

#include "common/os/files.hpp"
#include "common/os/json_text.hpp"
#include "common/os/narrate.hpp"
#include "common/os/time.hpp"

namespace lockstep::engine {
namespace {

struct Log {
  Fd file;
  std::string name;
  bool json = false;
  bool debug = false;
};

Log& log() {
  static Log instance;
  return instance;
}

/// Opened at once: where it can't be, nothing has been done yet. Whole lines are appended, so several
/// runtimes may share it.
void open_log(const std::string& path) {
  if (path.empty()) throw cli::UsageError("expected a file's name");
  Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
  if (!file) throw SysError(errno, fmt::format("--log: open({}, O_CREAT)", quoted(path)));
  log().file = std::move(file);
  log().name = path;
}

/// Docker tells 126 and 127 from other failures by these words, written small.
std::string in_engines_words(std::string text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kWords = {
      {{"No such file or directory", "no such file or directory"},
       {"Permission denied", "permission denied"}}};
  for (const auto& [ours, theirs] : kWords) {
    for (size_t at = 0; (at = text.find(ours, at)) != std::string::npos; at += theirs.size())
      text.replace(at, ours.size(), theirs);
  }
  return text;
}

void add_line(const char* level, const std::string& text) {
  if (!log().file) return;
  const std::string time =
      rfc3339(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  const std::string line =
      log().json ? fmt::format("{{\"level\":\"{}\",\"msg\":{},\"time\":\"{}\"}}\n", level,
                               json_quoted(text), time)
                 : fmt::format("time=\"{}\" level={} msg={}\n", time, level, json_quoted(text));
  try {
    write_all(log().file, line, log().name);
  } catch (const SysError& error) {
    narrate::say(fmt::format("(--log: {})", error.what()));
  }
}

}  // namespace

void log_options(cli::Options& options) {
  options.value("log", "FILE", "errors go there, too", open_log);
  options.value(
      "log-format", "text|json", "how they are written there (default text)",
      [](const std::string& format) {
        if (format != "text" && format != "json")
          throw cli::UsageError(fmt::format("expected text or json, got {}", quoted(format)));
        log().json = format == "json";
      });
  options.flag("debug", "commands are written there, too", [] { log().debug = true; });
}

void add_log(cli::Program& step) {
  step.on_command([](const std::string& name, const std::vector<std::string>& words) {
    if (log().debug) add_line("debug", fmt::format("{} {}", name, fmt::join(words, " ")));
  });
  step.on_error([](const std::string& text) { add_line("error", in_engines_words(text)); });
}

}  // namespace lockstep::engine
