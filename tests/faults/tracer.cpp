#include "tests/faults/tracer.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <map>
#include <set>

#include "common/os/error.hpp"
#include "tests/faults/registers.hpp"

namespace lockstep::testing {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLimit = std::chrono::seconds(20);       // nothing here takes that long
constexpr auto kQuiet = std::chrono::milliseconds(40);  // nobody will do anything more by itself
constexpr int kTick = 20'000;                           // µs
constexpr int kCallStop = SIGTRAP | 0x80;               // PTRACE_O_TRACESYSGOOD
constexpr unsigned long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
                                   PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                                   PTRACE_O_EXITKILL;

int as_shell_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct Tracee {
  std::string path;
  unsigned calls = 0;
  unsigned children = 0;
  bool starting = false;  // the C library's own calls before main()
  bool failing = false;   // the call it is in
};

/// A file in memory for what the command prints.
class Printed {
 public:
  Printed() : fd_(::memfd_create("printed", MFD_CLOEXEC)) {
    if (fd_ < 0) throw SysError(errno, "memfd_create(\"printed\")");
  }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  ~Printed() { ::close(fd_); }
  int number() const { return fd_; }
  std::string text() const {
    std::array<char, 65536> buffer{};
    const ssize_t size = ::pread(fd_, buffer.data(), buffer.size(), 0);
    return {buffer.data(), size > 0 ? static_cast<size_t>(size) : 0};
  }

 private:
  int fd_;
};

/// What can fail in no kernel (to the host's root), and what the C library has no way to report.
bool may_fail(const std::string& name) {
  static const std::set<std::string> kNever = {
      "exit",     "exit_group", "rt_sigreturn",    "getuid", "geteuid",     "getgid",   "getegid",
      "getpid",   "getppid",    "gettid",          "brk",    "munmap",      "execve",   "execveat",
      "mprotect", "getsid",     "restart_syscall", "umask",  "sched_yield", "setfsuid", "setfsgid",
      "wait4"};  // (it can only say that there is no child, or that a signal came)
  return kNever.count(name) == 0;
}

class Tracer {
 public:
  Tracer(const Fault& fault, const Words& command) : fault_(fault) { launch(command); }
  Outcome follow();

 private:
  void launch(const Words& command);
  void wait_for_stop();
  void ended(pid_t pid, int status);
  void stopped(pid_t pid, int status);
  void new_child(pid_t parent);
  void executed(pid_t pid);
  void call(pid_t pid);
  bool suits(const Tracee& tracee, const std::string& name) const;
  void strike(pid_t pid, Tracee& tracee);
  void let_all_go();
  void go_on(pid_t pid, int signal = 0);

  const Fault fault_;
  Printed out_, err_;
  pid_t main_ = 0;
  bool main_ended_ = false;
  bool over_ = false;  // whoever stops is let go
  struct stat program_ {};
  std::map<pid_t, Tracee> tracees_;
  std::set<pid_t> unknown_;  // stopped before its parent has told of it
  Outcome outcome_;
  Clock::time_point begin_ = Clock::now(), last_ = begin_;
};

void Tracer::launch(const Words& command) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  std::array<int, 2> gate{};
  if (::pipe2(gate.data(), O_CLOEXEC) != 0) throw SysError(errno, "pipe2()");
  main_ = ::fork();
  if (main_ < 0) throw SysError(errno, "fork()");
  if (main_ == 0) {
    char none = 0;
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(out_.number(), 1);
    ::dup2(err_.number(), 2);
    if (nothing > 2) ::close(nothing);
    ::close(gate[1]);
    while (::read(gate[0], &none, 1) > 0) continue;
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  ::close(gate[0]);
  const long seized = ::ptrace(PTRACE_SEIZE, main_, 0, kOptions);
  const int code = errno;
  ::close(gate[1]);
  if (seized != 0) throw SysError(code, fmt::format("ptrace(PTRACE_SEIZE, {})", main_));
  tracees_[main_].path = Fault{}.process;
  outcome_.processes = {"0"};
}

/// Or lets it go. Where that is refused it has been killed meanwhile, and its end comes next.
void Tracer::go_on(pid_t pid, int signal) {
  const auto& tracee = tracees_[pid];
  const bool watched = fault_.kind == FaultKind::kNone || tracee.path == fault_.process;
  const auto how = over_ ? PTRACE_DETACH : watched ? PTRACE_SYSCALL : PTRACE_CONT;
  if (::ptrace(how, pid, 0, signal) == 0 && over_) tracees_.erase(pid);
}

void Tracer::let_all_go() {
  over_ = true;
  for (const auto& [pid, tracee] : tracees_) {
    if (!tracee.failing) ::ptrace(PTRACE_INTERRUPT, pid, 0, 0);
  }
  for (const pid_t pid : unknown_) ::ptrace(PTRACE_DETACH, pid, 0, 0);
  unknown_.clear();
}

void Tracer::ended(pid_t pid, int status) {
  tracees_.erase(pid);
  unknown_.erase(pid);
  if (pid != main_) return;
  main_ended_ = true;
  outcome_.status = as_shell_status(status);
}

void Tracer::new_child(pid_t parent) {
  unsigned long message = 0;
  ::ptrace(PTRACE_GETEVENTMSG, parent, 0, &message);
  const auto child = static_cast<pid_t>(message);
  if (child == 0 || tracees_.count(parent) == 0) return;
  Tracee& maker = tracees_[parent];
  tracees_[child].path = fmt::format("{}.{}", maker.path, ++maker.children);
  outcome_.processes.push_back(tracees_[child].path);
  if (unknown_.erase(child) > 0) go_on(child);
}

/// A program other than the command's is not ours to watch.
void Tracer::executed(pid_t pid) {
  struct stat now {};
  const std::string exe = fmt::format("/proc/{}/exe", pid);
  const bool known = ::stat(exe.c_str(), &now) == 0;
  if (pid == main_ && program_.st_ino == 0) program_ = now;
  if (known && now.st_ino == program_.st_ino && now.st_dev == program_.st_dev) {
    tracees_[pid].starting = true;
    return go_on(pid);
  }
  if (::ptrace(PTRACE_DETACH, pid, 0, 0) == 0) tracees_.erase(pid);
}

bool Tracer::suits(const Tracee& tracee, const std::string& name) const {
  if (fault_.kind == FaultKind::kNone || outcome_.reached) return false;
  if (tracee.path != fault_.process || tracee.calls < fault_.call) return false;
  if ((tracee.calls - fault_.call) % fault_.stride != 0) return false;
  return fault_.kind != FaultKind::kError || (!tracee.starting && may_fail(name));
}

void Tracer::strike(pid_t pid, Tracee& tracee) {
  outcome_.reached = true;
  outcome_.call = tracee.calls;
  outcome_.code = fault_.codes[tracee.calls / fault_.stride % fault_.codes.size()];
  if (fault_.kind == FaultKind::kError) {
    tracee.failing = true;
    if (outcome_.name != "close") skip_call(pid);
    ::ptrace(PTRACE_SYSCALL, pid, 0, 0);
    return;
  }
  ::kill(fault_.kind == FaultKind::kKillRuntime ? main_ : pid, SIGKILL);
  let_all_go();
  go_on(pid);
}

void Tracer::call(pid_t pid) {
  Tracee& tracee = tracees_[pid];
  const CallStop stop = call_stop(pid);
  if (tracee.failing && !stop.entry) {
    fail_call(pid, outcome_.code);
    tracee.failing = false;
    let_all_go();
    return go_on(pid);
  }
  if (!stop.entry) return go_on(pid);
  const std::string name = call_name(stop.number);
  ++tracee.calls;
  ++outcome_.calls;
  if (name == "fcntl") tracee.starting = false;  // main() begins with the three standard files
  if (!suits(tracee, name)) return go_on(pid);
  outcome_.name = name;
  strike(pid, tracee);
}

void Tracer::stopped(pid_t pid, int status) {
  const int signal = WSTOPSIG(status);
  const int event = status >> 16;
  if (tracees_.count(pid) == 0) {
    if (over_) return void(::ptrace(PTRACE_DETACH, pid, 0, 0));
    return void(unknown_.insert(pid));
  }
  if (signal == kCallStop) return call(pid);
  if (event == PTRACE_EVENT_EXEC) return executed(pid);
  if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
    new_child(pid);
  }
  const bool group_stop = event == PTRACE_EVENT_STOP && signal != SIGTRAP;
  if (group_stop && !over_) return void(::ptrace(PTRACE_LISTEN, pid, 0, 0));
  go_on(pid, event == 0 ? signal : 0);
}

/// One stop or end; or after a tick, none.
void Tracer::wait_for_stop() {
  int status = 0;
  const pid_t pid = ::waitpid(-1, &status, __WALL);
  const auto now = Clock::now();
  if (pid > 0) {
    last_ = now;
    if (WIFSTOPPED(status)) return stopped(pid, status);
    return ended(pid, status);
  }
  if (errno == ECHILD) throw Error("the tracer has lost the command that it traces");
  if (main_ended_ && now - last_ > kQuiet) let_all_go();
  if (outcome_.hung || now - begin_ < kLimit) return;
  outcome_.hung = true;
  for (const auto& each : tracees_) ::kill(each.first, SIGKILL);
  ::kill(main_, SIGKILL);
}

Outcome Tracer::follow() {
  while (!main_ended_ || !tracees_.empty()) wait_for_stop();
  outcome_.out = out_.text();
  outcome_.err = err_.text();
  return outcome_;
}

void tick() {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // it only interrupts waitpid
  ::sigaction(SIGALRM, &action, nullptr);
  const itimerval every{{0, kTick}, {0, kTick}};
  ::setitimer(ITIMER_REAL, &every, nullptr);
}

}  // namespace

Outcome run_with(const Fault& fault, const Words& command) {
  tick();
  Outcome outcome = Tracer(fault, command).follow();
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  return outcome;
}

}  // namespace lockstep::testing
