#pragma once

#include "02-pid/undo.hpp"

/// Lesson 07: the end of a cgroup. It can be removed when its last process has ended, and there may be
/// stragglers: what was put in there by hand, or is frozen.
namespace lockstep::cgroup {

/// The undoer of "cgroup" notes (site.hpp): ends what is still in there, and removes the folders that
/// were made for the container, and no others.
pid::UndoTable undoers();

}  // namespace lockstep::cgroup
