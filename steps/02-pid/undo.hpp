#pragma once

#include <map>
#include <string>

#include "02-pid/state.hpp"

/// Lesson 02: clearing away what a container leaves, also after a runtime that was killed.
namespace lockstep::pid {

/// Undoes what a note is about. Idempotent: the thing may never have been made, or be gone already.
/// A note without operands: the state file is gone (a reboot empties /run), and what the container's
/// ID alone leads to is to be cleared.
using Undoer = void (*)(const Record& record, const Note& note);

/// What is known of a kind of note.
struct Undoing {
  // NOLINTNEXTLINE(google-explicit-constructor): most kinds are nothing but an undoer
  Undoing(Undoer undoer, Undoer before_the_end = nullptr, Undoer at_start = nullptr,
          Undoer at_last = nullptr, Undoer before_start = nullptr, Undoer after_start = nullptr)
      : undo(undoer),
        let_die(before_the_end),
        started(at_start),
        gone(at_last),
        starting(before_start),
        settled(after_start) {}

  Undoer undo;
  /// What keeps the container's processes from ending, though they were sent SIGKILL, and has to be
  /// taken away first; null: nothing does.
  Undoer let_die;
  /// What is to be done when the container's program has started, and what when all notes are undone.
  /// Where `started` throws, or the start before it, the container is to be removed.
  Undoer started;
  Undoer gone;
  /// What `start` has to do before the program starts, and what it waits for afterwards (lesson 09's
  /// word that a service is ready); null: nothing.
  Undoer starting;
  Undoer settled;
};
/// Each step's main.cpp adds its lessons' kinds.
using UndoTable = std::map<std::string, Undoing>;

/// Lesson 02's own kinds: "pid-file".
UndoTable undoers();

/// Undoes a stopped container's notes, the latest first, and forgets it. A note of a kind that
/// `table` does not know stops it, with nothing forgotten: a later step made that container, and
/// only it can clear it.
void remove(State& state, const UndoTable& table);

/// Undoes the notes of a container that has ended and stays, but for those of the kind `kept`: what
/// lives on without its processes.
void undo_all_but(State& state, const UndoTable& table, const std::string& kept);

/// For a container whose state is gone: asks each undoer to clear what the ID alone leads to.
void remove_leftovers(const std::string& id, const UndoTable& table);

/// Kills the container's first process if it lives (SIGKILL; the kernel ends the whole PID
/// namespace with it) and waits for its end.
void kill_and_wait(const Record& record, const UndoTable& table = {});

/// Whether one of the notes has something to be done at that moment (&Undoing::started); does it, in
/// their order.
bool has_to_do(const Record& record, const UndoTable& table, Undoer Undoing::*moment);
void do_all(const Record& record, const UndoTable& table, Undoer Undoing::*moment);

/// Throws what is in the way of a PID file there: no such folder, or something that the file would
/// replace (`--pid-file /dev/null` must not cost the machine its /dev/null). `path` has a slash.
void check_pid_file(const std::string& path);
/// Writes `pid` there: whole, and renamed into place.
void write_pid_file(const std::string& path, pid_t pid);
/// Both for the container's own PID, noted in between.
void write_pid_file(State& state, const std::string& path);

}  // namespace lockstep::pid
