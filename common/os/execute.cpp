// execve(2), and why it failed.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>

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

}  // namespace

void execute(const std::string& path, const std::vector<std::string>& arguments,
             const std::vector<std::string>& environment, Why why) {
  const auto describe = [&] {
    return fmt::format("execve({}, {}, {} variables)", quoted(path), words::list(arguments),
                       environment.size());
  };
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  if (narrate::on()) {
    narrate::before(why, describe());
    narrate::after(why, describe(), 0, 0);  // told in advance: nobody is left to tell it afterwards
    narrate::flush();
  }
  reset_signals();
  ::execve(path.c_str(), argv.data(), envp.data());
  const int code = errno;
  if (narrate::on()) narrate::after(why, describe(), -1, code);
  const bool missing = code == ENOENT || code == ENOTDIR;
  throw SysError(code, describe(), execute_hint(code, path),
                 missing ? Failure::kNotFound : Failure::kNotExecutable);
}

}  // namespace lockstep::sys
