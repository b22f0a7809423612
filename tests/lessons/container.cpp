#include "tests/lessons/container.hpp"

#include <algorithm>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/proc.hpp"
#include "common/os/processes.hpp"
#include "tests/lessons/check.hpp"

namespace lockstep::lessons {
namespace {

std::vector<std::string> options_with(Mode mode, const std::string& id,
                                      const std::vector<std::string>& more) {
  std::vector<std::string> options;
  if (mode == Mode::kDetached) options.emplace_back("--detach");
  if (mode != Mode::kForeground) options.insert(options.end(), {"--id", id});
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

/// The numbers that a process has in its PID namespaces, the host's first. See: proc(5), NSpid
std::vector<std::string> numbers_of(pid_t pid) {
  const auto status = proc::read_file(fmt::format("/proc/{}/status", pid));
  for (const std::string& line : lines_of(status.value_or(""))) {
    const auto words = words_of(line);
    if (!words.empty() && words[0] == "NSpid:") return {words.begin() + 1, words.end()};
  }
  return {};
}

/// Up from the command to the process that has number 1 in its namespace: with --init it is
/// another.
pid_t first_of(pid_t command) {
  const size_t depth = numbers_of(command).size();
  for (pid_t pid = command; pid > 1;) {
    const auto numbers = numbers_of(pid);
    if (numbers.size() != depth) break;
    if (numbers.back() == "1") return pid;
    const auto stat = proc::stat(pid);
    pid = stat ? stat->parent : 0;
  }
  return command;  // no PID namespace of its own
}

}  // namespace

Container::Container(Step& step, Mode mode, const std::vector<std::string>& options,
                     const std::string& script, const How& how)
    : step_(step),
      mode_(mode),
      id_(step.new_name()),
      words_(step.run_words(options_with(mode, id_, options), {"sh", "-c", script, id_})),
      runtime_(step.start(words_, how)),
      typed_(step.typed(words_)) {
  try {
    find(script);
    const bool to_files = how.terminal == nullptr && how.output == nullptr;
    if (to_files && contains(script, "echo ready")) expect_says("ready\n", typed_);
  } catch (...) {
    remove();
    throw;
  }
}

Container::~Container() { remove(); }

void Container::find(const std::string& script) {
  const bool detached = mode_ == Mode::kDetached;
  if (detached) step_.outcome_of(runtime_, words_).exits(0);
  eventually([&] {
    command_ = find_command(script, id_);
    return command_ != 0 || (!detached && runtime_.wait(std::chrono::milliseconds(0)));
  });
  if (command_ == 0) {
    step_.outcome_of(runtime_, words_).expect(false, "the command runs until it is told to end");
  }
  first_ = first_of(command_);
  handle_ = sys::open_pid(first_);
}

void Container::remove() {
  try {
    if (handle_) sys::send_signal(*handle_, first_, SIGKILL);
    if (command_ == 0) runtime_.signal(SIGKILL);
    runtime_.wait();
    if (mode_ != Mode::kForeground && step_.knows("delete")) step_.call({"delete", "--force", id_});
  } catch (const std::exception&) {  // nobody asked whether this works; the sweep does the rest
  }
}

void Container::expect_says(const std::string& text, const std::string& typed) const {
  if (eventually([&] { return contains(runtime_.out(), text); })) return;
  throw Mismatch(
      typed, "the command prints " + quoted(text) + " to the file that is run's standard output",
      fmt::format("that file holds {}", quoted(runtime_.out())));
}

bool Container::is_alive() const { return handle_ && !sys::wait_for_end(*handle_, 0); }

bool Container::ends() const {
  if (!eventually([&] { return !is_alive(); })) return false;
  // Its parent reaps it in a moment; until then a simple program may take it for alive.
  eventually([&] { return !proc::stat(first_); }, std::chrono::milliseconds(500));
  return true;
}

pid_t find_command(const std::string& script, const std::string& name) {
  const auto found = processes_called({"sh", "-c", script, name});
  for (const pid_t pid : found) {
    const auto stat = proc::stat(pid);
    if (stat && std::count(found.begin(), found.end(), stat->parent) == 0) return pid;
  }
  return 0;
}

std::vector<pid_t> processes_called(const std::vector<std::string>& words) {
  std::string wanted;
  for (const std::string& word : words) wanted += word + '\0';
  std::vector<pid_t> found;
  for (const pid_t pid : proc::all()) {
    const auto line = proc::read_file(fmt::format("/proc/{}/cmdline", pid)).value_or("");
    const size_t start = line.size() - std::min(wanted.size(), line.size());
    const bool whole = start == 0 || line[start - 1] == '/';  // "/bin/sh" is a sh, too
    if (line.substr(start) == wanted && whole && line.find('\0') >= start) found.push_back(pid);
  }
  return found;
}

size_t zombies_of(pid_t parent) {
  size_t count = 0;
  for (const pid_t pid : proc::all()) {
    const auto stat = proc::stat(pid);
    if (stat && stat->parent == parent && stat->state == 'Z') ++count;
  }
  return count;
}

}  // namespace lockstep::lessons
