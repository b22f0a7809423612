#pragma once

#include <map>
#include <string>

#include "02-pid/state.hpp"

/// Lesson 02: clearing away what a container leaves, also after a runtime that was killed.
namespace lockstep::pid {

/// Undoes what a note is about. Idempotent: the thing may never have been made, or be gone already.
using Undoer = void (*)(const Record& record, const Note& note);
/// Which undoer knows which kind of note: each step's main.cpp adds its lessons' kinds.
using UndoTable = std::map<std::string, Undoer>;

/// Lesson 02's own kinds: "pid-file".
UndoTable undoers();

/// Undoes a stopped container's notes, the latest first, and forgets it. A note of a kind that
/// `table` does not know stops it, with nothing forgotten: a later step made that container, and
/// only it can clear it.
void remove(State& state, const UndoTable& table);

/// Kills the container's first process if it lives (SIGKILL; the kernel ends the whole PID
/// namespace with it) and waits for its end.
void kill_and_wait(const Record& record);

/// Writes the container's PID to `path` (whole, and renamed into place), noted first.
void write_pid_file(State& state, const std::string& path);

}  // namespace lockstep::pid
