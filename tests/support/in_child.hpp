#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "common/os/error.hpp"
#include "common/os/fd.hpp"

namespace lockstep::testing {

/// What `action` returns in a forked process of its own: for what can't be taken back, such as
/// another uid, a namespace or a filter of system calls. An exception comes back as its text, an
/// unusual end as "(ended with wait status N)".
inline std::string in_child(const std::function<std::string()>& action) {
  Pipe pipe = Pipe::make();
  const pid_t pid = ::fork();
  if (pid < 0) throw SysError(errno, "fork()");
  if (pid == 0) {
    std::string text;
    try {
      text = action();
    } catch (const Error& error) {
      text = std::string(error.what()) + (error.hint().empty() ? "" : "\nhint: " + error.hint());
    } catch (const std::exception& error) {
      text = std::string("unexpected: ") + error.what();
    }
    write_all(pipe.write_end, text, "the pipe");
    ::_exit(0);
  }
  pipe.write_end.reset();
  std::string text = read_all(pipe.read_end, "the pipe");
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) text += fmt::format("(ended with wait status {:#x})", status);
  return text;
}

}  // namespace lockstep::testing
