// execve(2), and why it failed.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "common/os/call.hpp"
#include "common/os/execute_hint.hpp"
#include "common/os/processes.hpp"
#include "common/os/words.hpp"

namespace lockstep::sys {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  // execve(2) takes char* for old times' sake and writes nothing.
  for (const std::string& text : strings) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

/// The user's program starts as from a shell: no signal blocked, none ignored.
void reset_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
}

/// Both calls: told in advance, because nobody is left to tell it afterwards.
template <typename Describe, typename Invoke>
[[noreturn]] void execute_or_throw(const std::string& path, Describe describe, Invoke invoke,
                                   const Why& why) {
  if (narrate::on()) {
    narrate::before(why, describe());
    narrate::after(why, describe(), 0, 0);
    narrate::flush();
  }
  reset_signals();
  invoke();
  const int code = errno;
  if (narrate::on()) narrate::after(why, describe(), -1, code);
  const bool missing = code == ENOENT || code == ENOTDIR;
  throw SysError(code, describe(), execute_hint(code, path),
                 missing ? Failure::kNotFound : Failure::kNotExecutable);
}

}  // namespace

void execute(const std::string& path, const std::vector<std::string>& arguments,
             const std::vector<std::string>& environment, Why why) {
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  execute_or_throw(
      path,
      [&] {
        return fmt::format("execve({}, {}, {} variables)", quoted(path), words::list(arguments),
                           environment.size());
      },
      [&] { ::execve(path.c_str(), argv.data(), envp.data()); }, why);
}

void execute_open(const Fd& file, const std::string& name,
                  const std::vector<std::string>& arguments,
                  const std::vector<std::string>& environment, Why why) {
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  execute_or_throw(
      file.path(),
      [&] {
        return fmt::format("execveat({}, \"\", {}, {} variables, AT_EMPTY_PATH)", quoted(name),
                           words::list(arguments), environment.size());
      },
      [&] { ::syscall(SYS_execveat, file.get(), "", argv.data(), envp.data(), AT_EMPTY_PATH); },
      why);
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::string> callers_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

}  // namespace lockstep::sys
