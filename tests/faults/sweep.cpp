// sweep OPTION… -- COMMAND…: does one thing to COMMAND at each system call of its processes, one call a try, and looks
// after each whether anything is left when the container has been deleted.
//
//   --fault kill-runtime|kill-caller|error   SIGKILL of COMMAND or of the process whose call it is; or the call fails
//   --name WORDS            what this is, for the line that is printed
//   --prepare SCRIPT        before each try
//   --clean WORDS           after each try: the command that deletes the container
//   --stride N, --offset N  only each N-th call, from there on: for when there is no time for all
//   --turn N                with which of the errors the first call fails
//   --file FOLDER, --cgroup FOLDER   where something could be left; several times
//   --totals FILE           "CALLS REACHED LEAKS UNCLEAR" is appended
//
// A process's calls are gone through until three running have not been there. So nothing has to be counted beforehand.

#include <fcntl.h>
#include <getopt.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include "common/os/error.hpp"
#include "tests/faults/host_state.hpp"
#include "tests/faults/tracer.hpp"

namespace lockstep::testing {
namespace {

constexpr unsigned kAbsent = 3;   // calls running that were not there: the process has no more
constexpr unsigned kEnough = 12;  // failures: the rest would be the same
constexpr auto kSoon = std::chrono::seconds(5);

struct Plan {
  FaultKind kind = FaultKind::kNone;
  std::string name, prepare, clean, totals;
  unsigned stride = 1, offset = 0;
  std::vector<int> codes = {ENOMEM, EPERM, ENOSPC, EIO};  // by turns
  Watched watched;
  Words command;
};

/// What a program says, and its exit status.
struct Said {
  int status = 0;
  std::string text;
};

/// Of a script, run by the shell with nothing to read; its output goes to a file, for what it starts may live on.
Said shell(const std::string& script) {
  char name[] = "/run/test/said.XXXXXX";
  const int file = ::mkostemp(name, O_CLOEXEC);
  if (file < 0) throw SysError(errno, fmt::format("mkostemp({})", quoted(name)));
  ::unlink(name);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    ::dup2(file, 1);
    ::dup2(file, 2);
    ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  std::array<char, 4096> text{};
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  ::close(file);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          {text.data(), size > 0 ? static_cast<size_t>(size) : 0}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

class Sweep {
 public:
  explicit Sweep(Plan plan) : plan_(std::move(plan)) {}
  bool run();

 private:
  void undisturbed();
  void process(const std::string& path);
  Outcome once(const Fault& fault);
  void judge(const Fault& fault, const Outcome& outcome);
  std::string unclear(const Outcome& outcome) const;
  void look(const std::string& what);
  void failed(const std::string& what, const std::string& why);
  std::string summary() const;

  const Plan plan_;
  std::vector<std::string> before_;
  Outcome expected_;
  std::vector<std::string> processes_;  // also those that only come when something fails
  unsigned tried_ = 0, noticed_ = 0, leaks_ = 0, unclear_ = 0;
  std::map<std::string, unsigned> unnoticed_;  // calls whose failure changed nothing
};

void Sweep::failed(const std::string& what, const std::string& why) {
  fmt::print("FAILED: {}: {}: {}\n", plan_.name, what, why);
  std::fflush(stdout);
}

/// Soon there is nothing of the container: what was killed takes a moment.
void Sweep::look(const std::string& what) {
  const auto end = std::chrono::steady_clock::now() + kSoon;
  std::vector<std::string> now = host_state(plan_.watched);
  for (auto pause = std::chrono::milliseconds(1); now != before_; now = host_state(plan_.watched)) {
    if (std::chrono::steady_clock::now() > end) {
      ++leaks_;
      failed(what, "the host is not as it was before:\n" + difference(before_, now));
      before_ = now;
      return;
    }
    std::this_thread::sleep_for(pause);
    if (pause < std::chrono::milliseconds(50)) pause *= 2;
  }
}

Outcome Sweep::once(const Fault& fault) {
  if (!plan_.prepare.empty()) {
    const Said prepared = shell(plan_.prepare);
    if (prepared.status != 0) {
      throw Error(fmt::format("it can't be prepared: {}: {}", plan_.prepare, prepared.text));
    }
  }
  Outcome outcome = run_with(fault, plan_.command);
  const std::string what =
      fmt::format("call {} of process {}, {}{}", outcome.call, fault.process, outcome.name,
                  outcome.code != 0 ? " " + errno_name(outcome.code) : "");
  const Said cleaned = shell(plan_.clean);
  if (cleaned.status != 0 || !cleaned.text.empty()) {
    leaks_ += kEnough;  // the next try would find it, too
    failed(what, fmt::format("{} ends with {}: {}(the command had: {}, {})", plan_.clean,
                             cleaned.status, cleaned.text, outcome.status, outcome.err));
  }
  look(what);
  return outcome;
}

void Sweep::undisturbed() {
  before_ = host_state(plan_.watched);
  expected_ = once({});
  if (expected_.status != 0 || expected_.hung) {
    throw Error(fmt::format("undisturbed it ends with {}: {}", expected_.status, expected_.err));
  }
  processes_ = expected_.processes;
}

/// What is wrong with how it ended when a call failed; empty if nothing is. It either does what it always does, or more
/// or less and says so; or it fails as it should.
std::string Sweep::unclear(const Outcome& outcome) const {
  static const std::set<int> kOwn = {1, 125, 126, 127};
  static const std::regex kOurs("(^|\n)((step[0-9]+|lockstep|init): .|\\(.)");
  static const std::regex kErrno("\\(E[A-Z0-9]+\\)");
  static const std::regex kNoWords("terminate|bad_alloc|Success|what\\(\\)");
  const bool says = std::regex_search(outcome.err, kOurs);
  if (std::regex_search(outcome.err, kNoWords)) return "that is no error in words";
  if (outcome.status == 0) {
    return lines_of(outcome.out) == lines_of(expected_.out) || says
               ? ""
               : "it did something else, without a word";
  }
  if (kOwn.count(outcome.status) == 0) return "that exit status is none of the runtime's own";
  if (!says) return "no word about it";
  const bool a_question = outcome.name.find("stat") != std::string::npos ||
                          outcome.name.find("access") != std::string::npos;
  if (!a_question && !std::regex_search(outcome.err, kErrno))
    return "the error doesn't tell its errno";
  return "";
}

void Sweep::judge(const Fault& fault, const Outcome& outcome) {
  ++tried_;
  std::string wrong = outcome.hung ? "it hangs" : "";
  if (plan_.kind == FaultKind::kError) {
    if (wrong.empty()) wrong = unclear(outcome);
    if (outcome.status != 0) ++noticed_;
    if (outcome.status == 0) ++unnoticed_[outcome.name];
  }
  if (wrong.empty()) return;
  ++unclear_;
  failed(fmt::format("call {} of process {}, {} {}", outcome.call, fault.process, outcome.name,
                     outcome.code != 0 ? errno_name(outcome.code) : "killed"),
         fmt::format("{}\n    status: {}\n    errors: {}\n{}", wrong, outcome.status, outcome.err,
                     difference(lines_of(expected_.out), lines_of(outcome.out))));
}

void Sweep::process(const std::string& path) {
  Fault fault{plan_.kind, path, 1, plan_.stride};
  if (plan_.kind == FaultKind::kError) fault.codes = plan_.codes;
  unsigned absent = 0;
  for (fault.call = 1 + plan_.offset % plan_.stride; absent < kAbsent;) {
    if (leaks_ + unclear_ >= kEnough) return;
    Outcome outcome = once(fault);
    for (const std::string& each : outcome.processes) {
      if (std::find(processes_.begin(), processes_.end(), each) == processes_.end()) {
        processes_.push_back(each);
      }
    }
    absent = outcome.reached ? 0 : absent + 1;
    if (outcome.reached) judge(fault, outcome);
    fault.call = (outcome.reached ? outcome.call : fault.call) + plan_.stride;
  }
}

std::string Sweep::summary() const {
  std::string text = fmt::format("{}: {} of {} calls in {} processes, {} leaks", plan_.name, tried_,
                                 expected_.calls, processes_.size(), leaks_);
  if (plan_.kind != FaultKind::kError) return text;
  text += fmt::format(", {} mattered, {} unclear; optional:", noticed_, unclear_);
  for (const auto& [name, count] : unnoticed_) text += fmt::format(" {}×{}", name, count);
  return text;
}

bool Sweep::run() {
  undisturbed();
  for (size_t i = 0; i < processes_.size(); ++i) {
    const std::string path = processes_[i];  // the list grows
    if (path != "0" || plan_.kind != FaultKind::kKillCaller) process(path);
  }
  fmt::print("{}\n", summary());
  std::ofstream(plan_.totals, std::ios::app)
      << fmt::format("{} {} {} {}\n", tried_, noticed_, leaks_, unclear_);
  if (leaks_ + unclear_ >= kEnough) fmt::print("FAILED: given up after so many\n");
  return leaks_ == 0 && unclear_ == 0 && (tried_ > 0 || processes_.size() == 1);
}

FaultKind kind_of(const std::string& word) {
  if (word == "kill-runtime") return FaultKind::kKillRuntime;
  if (word == "kill-caller") return FaultKind::kKillCaller;
  if (word == "error") return FaultKind::kError;
  throw Error("no such fault: " + quoted(word));
}

Plan parse(int argc, char** argv) {
  Plan plan;
  using Take = void (*)(Plan&, const std::string&);
  const std::vector<std::pair<const char*, Take>> known = {
      {"fault", [](Plan& to, const std::string& word) { to.kind = kind_of(word); }},
      {"name", [](Plan& to, const std::string& word) { to.name = word; }},
      {"prepare", [](Plan& to, const std::string& word) { to.prepare = word; }},
      {"clean", [](Plan& to, const std::string& word) { to.clean = word; }},
      {"totals", [](Plan& to, const std::string& word) { to.totals = word; }},
      {"stride", [](Plan& to, const std::string& word) { to.stride = unsigned(std::stoul(word)); }},
      {"offset", [](Plan& to, const std::string& word) { to.offset = unsigned(std::stoul(word)); }},
      {"turn",
       [](Plan& to, const std::string& word) {
         std::rotate(to.codes.begin(), to.codes.begin() + std::stol(word) % 4, to.codes.end());
       }},
      {"file", [](Plan& to, const std::string& word) { to.watched.folders.push_back(word); }},
      {"cgroup", [](Plan& to, const std::string& word) { to.watched.cgroups.push_back(word); }}};
  std::vector<option> options;
  options.reserve(known.size() + 1);
  for (const auto& each : known) options.push_back({each.first, required_argument, nullptr, 0});
  options.push_back({});
  for (int which = 0, c = 0; (c = ::getopt_long(argc, argv, "+", options.data(), &which)) != -1;) {
    if (c != 0) throw Error("see the head of tests/faults/sweep.cpp");
    known[static_cast<size_t>(which)].second(plan, optarg);
  }
  plan.command.assign(argv + optind, argv + argc);
  if (plan.command.empty() || plan.kind == FaultKind::kNone || plan.stride == 0) {
    throw Error("a --fault and a command are needed");
  }
  return plan;
}

}  // namespace
}  // namespace lockstep::testing

int main(int argc, char** argv) {
  try {
    return lockstep::testing::Sweep(lockstep::testing::parse(argc, argv)).run() ? 0 : 1;
  } catch (const lockstep::Error& error) {
    fmt::print("FAILED: sweep: {}\n", error.what());
  }
  return 1;
}
