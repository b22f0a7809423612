#pragma once

#include <string>

#include "02-pid/pid.hpp"
#include "02-pid/undo.hpp"

/// Lesson 04: a container outlives the runtime's processes: creating → created → running → stopped.
///
///     create   makes it, up to the moment before its program; its first process waits
///     start    tells that process to become the program
///     (end)    the program ends, or `kill` ends it
///     delete   clears away what is left
///
/// In between there is nothing of the runtime's: what is known of the container is in its state
/// folder, and `start` reaches the waiting process through a socket in that folder.
/// Break it: `create x`, look at it (`ps x`, `ls -l /run/lockstep/x`), `kill x`, `start x`.
/// See: the runtime-spec's runtime.md, "Lifecycle"
namespace lockstep::lifecycle {

/// Tells the story up to "created" and leaves the container there. Of `attend` only that is needed
/// which holds a terminal's other end.
/// Throws what went wrong, here or inside; the caller clears the state.
void create(StoryMaker make, pid::State& state, const std::string& pid_file,
            const pid::Attend& attend);

/// Lets the container become its program; returns when it has. A `start` that is killed meanwhile
/// leaves it running or stopped, never in between.
/// Throws Error unless it is created; what went wrong in its last steps. What was to be called at its
/// start (09's hooks) counts among them: where there is any, a container that fails here is removed.
void start(StoryMaker make, pid::State& state, const pid::UndoTable& undo);

/// When the container has ended, deletes it, if it is that very one and not yet deleted: for the
/// keeper of `--rm`.
void remove_when_ended(const pid::Record& container, const pid::UndoTable& undo);

/// The OCI state, as JSON.
/// See: runtime.md, "State"
std::string state_of(const pid::Record& record);
/// The same, as a hook is told it; 0: there is no process.
std::string state_of(const oci::Config& config, pid::Status status, pid_t pid);

}  // namespace lockstep::lifecycle
