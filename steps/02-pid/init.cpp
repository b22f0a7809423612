#include "02-pid/init.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <csignal>

#include "common/os/child.hpp"
#include "common/os/files.hpp"
#include "common/os/mounts.hpp"
#include "common/os/narrate.hpp"
#include "common/os/processes.hpp"
#include "common/story/program.hpp"

namespace lockstep::pid {
namespace {

/// In the new child: a process group of its own, in the terminal's foreground if there is one, so
/// that Ctrl-C reaches the program once and not twice (from the terminal, and passed on by PID 1).
void take_the_foreground() {
  ::setpgid(0, 0);
  if (::isatty(STDIN_FILENO) == 0) return;
  ::signal(SIGTTOU, SIG_IGN);  // a background group that sets the foreground one would be stopped
  ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  ::signal(SIGTTOU, SIG_DFL);
}

[[noreturn]] void become_program(const std::vector<std::string>& command) {
  take_the_foreground();
  oci::Process process;
  process.args = command;
  process.preserved_descriptors = 1U << 30U;  // the runtime has left open only what is for it
  process.env = sys::callers_environment();
  try {
    execute_program(process);
  } catch (const Error& error) {
    narrate::say(fmt::format("init: {}{}{}", error.what(),
                             error.hint().empty() ? "" : "\nhint: ", error.hint()));
    ::_exit(static_cast<int>(error.failure()));
  }
}

/// Waits for whatever has ended; the program's own status, when it is among them.
std::optional<ExitStatus> reap(pid_t program) {
  std::optional<ExitStatus> end;
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == program) end = ExitStatus(status);
  }
  return end;
}

int live_as_init(const std::vector<std::string>& command) {
  sigset_t all;
  ::sigfillset(&all);
  if (::sigprocmask(SIG_BLOCK, &all, nullptr) != 0) throw SysError(errno, "sigprocmask(SIG_BLOCK)");
  ::prctl(PR_SET_NAME, "init");
  const pid_t program = ::fork();
  if (program < 0) throw SysError(errno, "fork()");
  if (program == 0) become_program(command);
  for (;;) {
    int signal = 0;
    if (::sigwait(&all, &signal) != 0) continue;
    if (signal != SIGCHLD) {
      ::kill(program, signal);  // it is our child and not reaped yet: the number is still its own
      continue;
    }
    if (const auto end = reap(program)) return end->shell_code();
  }
}

constexpr const char* kSelf = "/proc/self/exe";

std::string own_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlink(kSelf, path.data(), path.size());
  if (length < 0) throw SysError(errno, fmt::format("readlink({})", quoted(kSelf)));
  return {path.data(), static_cast<size_t>(length)};
}

bool is_same_file(const Fd& one, const Fd& other) {
  struct stat first {};
  struct stat second {};
  return ::fstat(one.get(), &first) == 0 && ::fstat(other.get(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace

void Init::prepare() {
  if (!oci::annotated(config_, oci::kInitAnnotation)) return;
  self_ = sys::open(kSelf, O_PATH);
  if (!sys::has_mount_api()) return;
  try {
    // By its name: /proc/self/exe still means the file in the mount namespace that we came from.
    Fd copy =
        sys::clone_tree(own_path(), false, "--init: this program itself becomes PID 1 inside");
    if (!is_same_file(copy, self_)) return;  // the name leads to another file by now
    sys::set_mount_attributes({copy, kSelf}, {MOUNT_ATTR_RDONLY, 0, 0, false},
                              "through /proc/1/exe nobody shall write the host's file");
    self_ = std::move(copy);
  } catch (const SysError& error) {
    // EPERM: the mount namespace is the host's, and without root it is not ours to copy from.
    // EACCES: a user namespace's root may not walk there, nor write the file.
    if (error.code() != EPERM && error.code() != ENOENT && error.code() != EACCES) throw;
  }
}

void Init::execute_if_asked(const oci::Process& process, const LastStep& last) const {
  if (!self_ || ::getpid() != 1) return;
  std::vector<std::string> arguments = {"lockstep", "init", "--"};
  arguments.insert(arguments.end(), process.args.begin(), process.args.end());
  enter_working_directory(process, "the working directory that was asked for");
  die_with_the_runtime(process);
  close_what_is_not_its_own(process);
  if (last) last();
  sys::execute_open(self_, "/proc/self/exe", arguments, process.env,
                    "a small PID 1 that starts the program, passes signals on and reaps");
}

cli::Command init_command() {
  cli::Command command;
  command.name = "init";
  command.hidden = true;
  command.exit_codes_of_run = true;
  command.run = [](const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw cli::UsageError("init: a command is missing");
    if (::getpid() != 1)
      throw cli::UsageError(
          "init is what `run --init` starts as PID 1; it is no command for people");
    return live_as_init(arguments);
  };
  return command;
}

}  // namespace lockstep::pid
