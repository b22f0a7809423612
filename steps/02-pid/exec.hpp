#pragma once

#include "02-pid/pid.hpp"

/// Lesson 02: another process in a container that runs already.
namespace lockstep::pid {

/// Starts `process` in the running container of `record` and attends to it.
///
/// Joining a PID namespace takes a fork: setns(2) can't change the caller's own PID, so it changes
/// where its next child will be. Hence the two halves: the runtime joins the PID namespace (and, if
/// it is another one, the user namespace that owns it) and clones; the child joins all others, then
/// becomes the program as the story's last part tells it. Where the container's root is the host's, a
/// process in between joins all of them, for whoever may trace inside (CAP_SYS_PTRACE) has a newcomer's
/// root and files as soon as they see it. (--explain shows the way without that process.)
///
/// Throws Error if the container isn't running, SysError with Failure kNotFound/kNotExecutable for
/// the program.
/// Break it: `exec x sleep 100 &`, end the container, and look at what became of the sleep.
/// See: setns(2), pid_namespaces(7)
std::optional<ExitStatus> exec(Story& story, const Record& record, const oci::Process& process,
                               const std::string& pid_file, const Attend& attend);

}  // namespace lockstep::pid
