#pragma once

#include <functional>
#include <optional>

#include "02-pid/signals.hpp"
#include "02-pid/state.hpp"
#include "common/story/story.hpp"

/// Lesson 02: processes of the container's own, which can be found again.
namespace lockstep::pid {

/// What the runtime does while its container runs: passes signals on (this lesson), relays a
/// terminal (lesson 03). Returns how the container's program ended, or nothing if it was left
/// running (`--detach`).
using Attend = std::function<std::optional<ExitStatus>(Created& container, SignalQueue& signals,
                                                       const oci::Process& process)>;

/// This lesson's: forward signals until the end, or let go of it.
std::optional<ExitStatus> attend(Created& container, SignalQueue& signals,
                                 const oci::Process& process);

/// Tells the story, with its container written down in `state` from before its first moment on;
/// starts it and attends to it. `pid_file` may be empty.
/// Throws what went wrong, here or inside; the caller clears the state.
///
/// Break it: kill -9 the runtime while it runs (`run --id x sleep 100`), then `list` and `delete
/// x`.
/// See: pid_namespaces(7)
std::optional<ExitStatus> run(Story& story, State& state, const std::string& pid_file,
                              const Attend& attend);

/// Writes down in `state` which process the container's first one is, and in `pid_file`, unless
/// that is empty.
void write_down(State& state, const Child& child, Status status, const std::string& pid_file);

/// Which signal `process` gets when its runtime ends: SIGKILL in the foreground. None if it is
/// detached, or may be by the detach keys of its terminal (a terminal that goes away is a hang-up
/// anyway).
/// See: PR_SET_PDEATHSIG in prctl(2)
int death_signal_for(const oci::Process& process);

/// Inside, just before the program: a session of its own, so that the caller's terminal (Ctrl-C,
/// hang-up) does not reach it by itself; detached: away from the caller's terminal and pipes, too.
/// Order: before a controlling terminal is taken, which only a session's leader can.
/// See: setsid(2), credentials(7)
void begin_session(const oci::Process& process);

}  // namespace lockstep::pid
