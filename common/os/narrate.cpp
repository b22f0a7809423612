#include "common/os/narrate.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "common/os/error.hpp"
#include "common/os/fd.hpp"
#include "common/os/json_text.hpp"

namespace lockstep::narrate {

namespace detail {
bool enabled = false;
}

namespace {

struct Narrator {
  Options options;
  Fd out;
  Fd answers;  // where Enter comes from when --step waits
  std::string_view side = "host";
  std::string owed_lesson;  // an earlier lesson's calls, counted but not yet written
  int owed_calls = 0;
  std::string pid;  // as the host numbers this process, for who looks from another terminal
};

Narrator& narrator() {
  static Narrator* const kInstance = new Narrator;  // never destroyed: the child leaves by _exit
  return *kInstance;
}

/// This process's number in the PID namespace that /proc shows. In a new process of a container
/// that is still the host's; to itself it is 1.
std::string pid_seen_from_the_host() {
  std::array<char, 32> target{};
  const ssize_t length = ::readlink("/proc/self", target.data(), target.size());
  return length > 0 ? std::string(target.data(), static_cast<size_t>(length))
                    : fmt::to_string(::getpid());
}

void write_line(const std::string& line) {
  if (!narrator().out) return;
  // A narration that nobody can read any more (a closed pipe) is no reason to end the container.
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t done = ::write(narrator().out.get(), rest.data(), rest.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return;
    rest.remove_prefix(static_cast<size_t>(done));
  }
}

/// "steps/03-mount/rootfs.cpp" and "03-mount/rootfs.cpp" belong to "03-mount". What common/ and the
/// story itself call belongs to the lesson of the program that runs.
std::string_view lesson_of(const Why& why) {
  const size_t slash = why.file.rfind('/');
  if (slash == std::string_view::npos) return narrator().options.lesson;
  std::string_view folder = why.file.substr(0, slash);
  folder.remove_prefix(folder.rfind('/') + 1);  // npos + 1 is 0
  const bool numbered = folder.size() > 3 && folder[2] == '-' && folder[0] >= '0' &&
                        folder[0] <= '9' && folder[1] >= '0' && folder[1] <= '9';
  return numbered ? folder : narrator().options.lesson;
}

bool shown(std::string_view lesson) {
  const Options& options = narrator().options;
  return options.style != Style::kThisLesson || lesson == options.lesson;
}

void wait_for_enter(const std::string& call) {
  const bool json = narrator().options.style == Style::kJson;
  write_line(json ? fmt::format("{{\"pid\":{},\"next\":{}}}\n", narrator().pid, json_quoted(call))
                  : fmt::format(
                        "        next: {}\n        look from another terminal: ls -l /proc/{}/ns ; "
                        "cat /proc/{}/mountinfo   (Enter goes on)",
                        call, narrator().pid, narrator().pid));
  char c = 0;
  while (c != '\n' && c != '\r') {  // '\r': Enter while the terminal is raw
    const ssize_t done = ::read(narrator().answers.get(), &c, 1);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) break;  // no more answers: go on without stopping
  }
  if (!json) write_line("\n");
}

void write_json(const Why& why, const std::string& call, long result, int code) {
  const size_t paren = call.find('(');
  write_line(fmt::format(
      R"({{"lesson":{},"side":{},"pid":{},"call":{},"text":{},"why":{},"result":{},"errno":{}}})"
      "\n",
      json_quoted(lesson_of(why)), json_quoted(narrator().side), narrator().pid,
      json_quoted(call.substr(0, paren)), json_quoted(call), json_quoted(why.text), result,
      code == 0 ? "null" : json_quoted(errno_name(code))));
}

}  // namespace

void begin(const Options& options) {
  Narrator& self = narrator();
  self.options = options;
  detail::enabled = options.style != Style::kOff;
  if (!detail::enabled) return;
  self.out = Fd(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  self.pid = pid_seen_from_the_host();
  ::signal(SIGPIPE, SIG_IGN);  // `… --explain 2>&1 | head`; execute() gives the program the usual
  if (!options.stop) return;
  self.answers = Fd(::open("/dev/tty", O_RDONLY | O_CLOEXEC));
  if (!self.answers) self.answers = Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
}

void be_new_process() {
  narrator().owed_calls = 0;
  narrator().pid = pid_seen_from_the_host();
}

void speak_as(std::string_view side) { narrator().side = side; }

void before(const Why& why, const std::string& call) {
  const std::string_view lesson = lesson_of(why);
  if (!shown(lesson)) return;
  flush();
  if (narrator().options.stop) wait_for_enter(call);
}

void after(const Why& why, const std::string& call, long result, int code) {
  Narrator& self = narrator();
  if (self.options.style == Style::kJson) return write_json(why, call, result, code);
  const std::string_view lesson = lesson_of(why);
  if (!shown(lesson)) {
    if (self.owed_lesson != lesson) flush();
    self.owed_lesson = lesson;
    ++self.owed_calls;
    return;
  }
  const std::string outcome = code != 0 ? errno_words(code) : fmt::to_string(result);
  std::string lines = fmt::format("{:9} {}  {} = {}\n", self.side, lesson, call, outcome);
  if (!why.text.empty()) lines += fmt::format("{:9}   why: {}\n", "", why.text);
  write_line(lines);  // at once: another process may be telling of its own calls
}

void changed(const std::string& what) {
  if (what.empty()) return;
  Narrator& self = narrator();
  if (self.options.style == Style::kJson) {
    return write_line(fmt::format("{{\"side\":{},\"pid\":{},\"changed\":{}}}\n",
                                  json_quoted(self.side), self.pid, json_quoted(what)));
  }
  if (self.owed_calls == 0) write_line(fmt::format("{:9}   changed: {}\n", "", what));
}

void flush() {
  Narrator& self = narrator();
  if (self.owed_calls == 0) return;
  write_line(fmt::format("{:9} {}: {} {}\n", self.side, self.owed_lesson, self.owed_calls,
                         self.owed_calls == 1 ? "call" : "calls"));
  self.owed_calls = 0;
}

void say(const std::string& sentence) {
  static_cast<void>(!::write(STDERR_FILENO, (sentence + "\n").data(), sentence.size() + 1));
}

bool holds(int fd) {
  return fd >= 0 && (fd == narrator().out.get() || fd == narrator().answers.get());
}

void close_all() {
  detail::enabled = false;
  narrator().out.reset();
  narrator().answers.reset();
}

}  // namespace lockstep::narrate
