#pragma once

#include "09-seccomp/seccomp.hpp"
#include "common/os/why.hpp"

/// Lesson 09: a filter that asks. For SCMP_ACT_NOTIFY the kernel stops the call and tells whoever holds the
/// filter's listener, a descriptor; an agent on the host answers, or makes the call itself in the program's
/// place.
/// See: seccomp_unotify(2); config-linux.md, "The Container Process State"
namespace lockstep::seccomp {

/// Inside: loads `program` and sends its listener to the host. From the moment that it is loaded the very
/// call that sends might have to wait for the agent, which hasn't got the listener yet. So a helper sends,
/// a process from before the filter that shares the descriptors.
void load_with_listener(const Program& program, unsigned flags, Handshake& host, Why why);

/// On the host: connects to the agent, and sends the listener and who it is of: `process`, which is the
/// container's first, or of exec in `container`.
/// Throws SysError, Error.
void hand_to_agent(const oci::Config& config, const Fd& listener, pid_t process, pid_t container);

}  // namespace lockstep::seccomp
