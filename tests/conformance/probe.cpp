// The probe: prints all that a process can see of its container, one "FIELD: TEXT" a line, without
// anything that differs from run to run (ids of mounts, inodes). The same lines from two runtimes
// mean the same container.
//
//   probe see [QUESTION ARGUMENT]…   everything, then the answers: "file PATH" (its text), "open
//                                    PATH" (for writing), "make PATH" (a file), "exec PATH", "call
//                                    NAME" (a system call), "stat PATH"
//   probe hook NAME FILE [STATUS]    appends to FILE what a hook sees; exits with STATUS
//   probe sleep                      until it is killed
//   probe term                       until SIGTERM: then its exit status is 15
//   probe exit STATUS

#include "probe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace probe {

void say(const std::string& field, const std::string& text) {
  const size_t from = std::min(text.find_first_not_of(' '), text.size());
  std::printf("%s: %s\n", field.c_str(), text.c_str() + from);
}

std::string outcome(int code) {
  if (code == 0) return "ok";
  const char* const name = ::strerrorname_np(code);
  return std::string("(") + (name == nullptr ? "?" : name) + ")";
}

std::string text_of(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return outcome(errno);
  std::string text;
  char part[4096];
  ssize_t got = 0;
  while ((got = ::read(fd, part, sizeof part)) > 0 && text.size() < 65536)
    text.append(part, static_cast<size_t>(got));
  const int code = got < 0 ? errno : 0;
  ::close(fd);
  if (code != 0) return outcome(code);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

namespace {

std::string opens(const char* path, int flags) {
  const int fd = ::open(path, flags | O_CLOEXEC | O_NONBLOCK, 0600);
  const int code = fd < 0 ? errno : 0;
  if (fd >= 0) ::close(fd);
  return outcome(code);
}

/// PATH is a copy of this program, maybe with a set-uid bit: what it becomes.
std::string runs(const char* path) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(path, path, "exit", "geteuid", nullptr);
    ::_exit(100 + errno % 100);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  const int code = WEXITSTATUS(status);
  return code >= 100 ? outcome(code - 100) : code == 0 ? "as root" : "as a user";
}

std::string stats(const char* path) {
  struct stat status {};
  if (::lstat(path, &status) != 0) return outcome(errno);
  char text[64];
  std::snprintf(text, sizeof text, "%o %u:%u", status.st_mode, status.st_uid, status.st_gid);
  return text;
}

void answer(const std::string& question, const char* argument) {
  std::string text = "no such question";
  if (question == "file") text = text_of(argument);
  if (question == "open") text = opens(argument, O_WRONLY);
  if (question == "make") text = opens(argument, O_WRONLY | O_CREAT | O_EXCL);
  if (question == "exec") text = runs(argument);
  if (question == "stat") text = stats(argument);
  if (question == "call") text = call(argument);
  say(question + " " + argument, text);
}

/// A line for the hook: the state that it got, and each namespace's name ("mnt:[4026531841]").
int hook(const char* name, const char* file, int status) {
  std::string state;
  char part[4096];
  for (ssize_t got = 0; (got = ::read(0, part, sizeof part)) > 0;)
    state.append(part, static_cast<size_t>(got));
  for (char& byte : state)
    if (byte == '\n') byte = ' ';
  std::string spaces;
  for (const char* type : {"mnt", "net", "ipc", "uts", "pid", "cgroup", "user"}) {
    char target[64] = {};
    static_cast<void>(
        !::readlink((std::string("/proc/self/ns/") + type).c_str(), target, sizeof target - 1));
    spaces += std::string(target) + " ";
  }
  std::FILE* const out = std::fopen(file, "a");
  if (out == nullptr) return 99;
  const bool outside = ::access("/run/test/outside", F_OK) == 0;
  std::fprintf(out, "%s\t%s\t%s\t%s\n", name, spaces.c_str(), outside ? "outside" : "inside",
               state.c_str());
  std::fclose(out);
  return status;
}

/// As PID 1 it has no signal's default action.
int wait_for_term() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  int number = 0;
  ::sigwait(&set, &number);
  return number;
}

}  // namespace
}  // namespace probe

int main(int argc, char** argv, char** environment) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "sleep")
    for (;;) ::pause();
  if (what == "term") return probe::wait_for_term();
  if (what == "exit" && argc > 2)
    return std::strcmp(argv[2], "geteuid") == 0 ? static_cast<int>(::geteuid() != 0)
                                                : std::atoi(argv[2]);
  if (what == "hook" && argc > 3)
    return probe::hook(argv[2], argv[3], argc > 4 ? std::atoi(argv[4]) : 0);
  if (what != "see") return 2;
  probe::see_process(argv, environment);
  probe::see_surroundings();
  probe::see_files();
  for (int i = 2; i + 1 < argc; i += 2) probe::answer(argv[i], argv[i + 1]);
  return 0;
}
